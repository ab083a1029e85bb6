/** Prints the manifest of the documents that Apollo's checks send. */

import { CHANGE, SALES } from "../documents.ts";
import { registerDocuments } from "./trusted.ts";

console.log(JSON.stringify(registerDocuments([SALES, CHANGE])));
