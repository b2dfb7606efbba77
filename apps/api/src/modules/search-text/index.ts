export { foldText } from './folding.js';
export { Matcher } from './matcher.js';
export { narrow, parseMoment, parseQuestion, type Question } from './question.js';
export { all, senderToken, tokensOf } from './tokens.js';
