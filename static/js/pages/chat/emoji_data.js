/**
 * The emoji of the picker, in groups: those that people use most, each with the words that find it.
 */

/** @typedef {{emoji: string, name: string}} Emoji */

/** @param {string} list "sign words, sign words, …" @returns {Emoji[]} */
function read(list) {
  return list.split(",").map((entry) => {
    const [emoji, ...words] = entry.trim().split(" ");
    return { emoji, name: words.join(" ") };
  });
}

/** @type {{name: string, emoji: Emoji[]}[]} */
export const GROUPS = [
  {
    name: "Faces",
    emoji: read(
      "😀 grin,😄 happy,😂 tears of joy,🤣 rolling with laughter,🙂 slight smile,🙃 upside down,😉 wink,😊 blush,"
      + "😇 halo,🥰 loved,😍 heart eyes,😘 kiss,😋 tasty,😜 tongue and wink,🤪 silly,🤗 hug,🤭 giggle,🤫 hush,"
      + "🤔 thinking,🤨 raised eyebrow,😐 neutral,😏 smirk,🙄 rolling eyes,😬 grimace,😌 relieved,😴 asleep,🤒 ill,"
      + "🤯 mind blown,🥳 party,😎 cool,🤓 nerd,😕 confused,😟 worried,😮 surprised,😳 flushed,🥺 pleading,😢 sad,"
      + "😭 crying,😱 scream,😤 huffing,😡 angry,🤬 swearing,💀 skull,🤖 robot,👻 ghost,🫠 melting,🫡 salute",
    ),
  },
  {
    name: "Hands and people",
    emoji: read(
      "👍 thumbs up,👎 thumbs down,👌 okay,✌️ victory,🤞 fingers crossed,🤟 love you,🤘 rock,👏 clapping,🙌 hooray,"
      + "🙏 thank you please,🤝 handshake,💪 strong,👋 wave,✋ stop hand,👊 fist bump,☝️ pointing up,👇 pointing down,"
      + "👉 pointing right,👈 pointing left,🫶 heart hands,🤷 shrug,🤦 facepalm,🙋 raising hand,🙇 bowing,👀 eyes,"
      + "🧠 brain,🫂 embrace,💃 dancing,🏃 running,🚶 walking",
    ),
  },
  {
    name: "Hearts and signs",
    emoji: read(
      "❤️ red heart,🧡 orange heart,💛 yellow heart,💚 green heart,💙 blue heart,💜 purple heart,🖤 black heart,"
      + "🤍 white heart,💔 broken heart,💯 hundred,✅ done tick,❌ cross,❓ question,❗ exclamation,⚠️ warning,"
      + "💡 idea,🔥 fire,✨ sparkles,⭐ star,🎉 celebration,🎈 balloon,🎁 present,🏆 trophy,🔑 key,🔒 locked,"
      + "🔓 unlocked,⏰ alarm clock,⏳ hourglass,📌 pin,📎 paper clip,📷 camera,📞 phone,💻 laptop,🐛 bug,🚀 rocket,"
      + "🛠️ tools,💬 speech,💤 sleep,🎵 music",
    ),
  },
  {
    name: "Nature and weather",
    emoji: read(
      "🐶 dog,🐱 cat,🐭 mouse,🦊 fox,🐻 bear,🐼 panda,🐸 frog,🐵 monkey,🐔 chicken,🐧 penguin,🦉 owl,🐝 bee,"
      + "🦋 butterfly,🐢 turtle,🐙 octopus,🐳 whale,🌱 sprout,🌳 tree,🌻 sunflower,🌹 rose,🍀 four-leaf clover,"
      + "🍂 autumn leaves,🌍 earth,🌙 moon,☀️ sun,⛅ cloudy,🌧️ rain,⛈️ thunder,❄️ snow,🌈 rainbow,🌊 wave of water",
    ),
  },
  {
    name: "Food, places, play",
    emoji: read(
      "☕ coffee,🍵 tea,🍺 beer,🍷 wine,🥂 cheers,🍎 apple,🍌 banana,🍓 strawberry,🥑 avocado,🥕 carrot,🍞 bread,"
      + "🧀 cheese,🍕 pizza,🍔 burger,🍟 chips,🌮 taco,🍣 sushi,🍝 pasta,🍰 cake,🍪 biscuit,🍫 chocolate,🍿 popcorn,"
      + "🏠 house,🏢 office,🏖️ beach,⛰️ mountain,🚲 bicycle,🚗 car,🚆 train,✈️ aeroplane,⚽ football,🏀 basketball,"
      + "🎮 game,🎲 dice,🎸 guitar,🎬 film,📚 books,🗓️ calendar",
    ),
  },
];
