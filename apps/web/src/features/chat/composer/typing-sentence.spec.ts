import { expect, it } from '@jest/globals';
import { typingSentence } from './typing-sentence.js';

it.each([
  [[], 0, ''],
  [['Ama'], 1, 'Ama is typing'],
  [['Ama', 'Jonas'], 2, 'Ama and Jonas are typing'],
  [['Ama', 'Jonas', 'Li'], 3, 'Ama, Jonas and Li are typing'],
  [['Ama', 'Jonas', 'Li', 'Bo'], 4, 'Several people are typing'],
  [['Ama', 'Jonas'], 40, 'Several people are typing'],
] as const)('P1: of %j, %i in all, says: %s', (names, count, sentence) => {
  expect(typingSentence(names, count)).toBe(sentence);
});
