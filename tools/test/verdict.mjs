/** Why a suite cannot run on this machine, and whether that is a failure; null where it can. */
export function obstacleTo(suite, parts, inCi) {
  const broken = suite.needs.find(({ part }) => parts[part].error);
  if (broken) return { sentence: `not run: ${broken.part}: ${parts[broken.part].error}`, fails: true };
  const lacking = suite.needs.filter(({ part }) => !parts[part].value).map(({ sentence }) => sentence);
  return lacking.length > 0 ? { sentence: `not run: ${lacking.join('; ')}`, fails: inCi } : null;
}

/**
 * What jest's end and the results of one of its suites mean: whatever was skipped, could not run or is missing has failed.
 * `problem`: how jest ended, where that is neither success nor failed tests.
 */
export function verdict(problem, results, filtered) {
  const { tests = [], broken = 0, seconds = 0 } = results ?? {};
  const having = (...statuses) => tests.filter(({ status }) => statuses.includes(status));
  const [passed, failed, idle] = [having('passed'), having('failed'), having('pending', 'todo')];
  const problems = [];
  if (broken > 0) problems.push(`${broken} test files could not run`);
  if (idle.length > 0)
    problems.push(`${idle.length} tests are skipped or to do: ${idle.map(({ fullName }) => fullName).join('; ')}`);
  if (problem) problems.push(problem);
  else if (tests.length === 0 && broken === 0 && !filtered) problems.push('no tests');
  return {
    passed: passed.length,
    failed: failed.length + broken || (problems.length > 0 ? 1 : 0),
    problems,
    seconds,
  };
}
