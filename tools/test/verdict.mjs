/** Why a suite cannot run on this machine, and whether that is a failure; null where it can. */
export function obstacleTo(suite, parts, inCi) {
  const broken = suite.needs.find(({ part }) => parts[part].error);
  if (broken) return { sentence: `not run: ${broken.part}: ${parts[broken.part].error}`, fails: true };
  const lacking = suite.needs.filter(({ part }) => !parts[part].value).map(({ sentence }) => sentence);
  return lacking.length > 0 ? { sentence: `not run: ${lacking.join('; ')}`, fails: inCi } : null;
}

/** What jest's end and its results mean: whatever was skipped, could not run or is missing has failed. */
export function verdict(end, results, filtered) {
  if (!results) return { passed: 0, failed: 1, problems: [end.problem ?? 'no results'] };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites } = results;
  const idle = numPendingTests + numTodoTests;
  const broken = numFailedTests + numRuntimeErrorTestSuites;
  const problems = [];
  if (numRuntimeErrorTestSuites > 0) problems.push(`${numRuntimeErrorTestSuites} test files could not run`);
  if (idle > 0) problems.push(`${idle} tests are skipped or to do: ${titles(results).join('; ')}`);
  if (results.numTotalTests === 0 && !filtered) problems.push('no tests');
  if (end.problem && broken === 0) problems.push(end.problem);
  return { passed: numPassedTests, failed: broken || (problems.length > 0 ? 1 : 0), problems };
}

function titles(results) {
  const all = results.testResults.flatMap((file) => file.assertionResults);
  return all.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName);
}
