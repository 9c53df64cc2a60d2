// The people who sign in the vectors. Their keys are public.

import { SigningKey } from "../../proto/keys.js";

export const ALICE = new SigningKey(new Uint8Array(32).fill(0xa1));
