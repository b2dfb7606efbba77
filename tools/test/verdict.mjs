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
  const { tests = [], broken = [], seconds = 0 } = results ?? {};
  const having = (...statuses) => tests.filter(({ status }) => statuses.includes(status));
  const [passed, failed, idle] = [having('passed'), having('failed'), having('pending', 'todo')];
  const problems = [];
  if (broken.length > 0) problems.push(`test files that could not run: ${broken.join(', ')}`);
  if (idle.length > 0)
    problems.push(`${idle.length} tests are skipped or to do: ${idle.map(({ fullName }) => fullName).join('; ')}`);
  if (problem) problems.push(problem);
  else if (tests.length === 0 && broken.length === 0 && !filtered) problems.push('no tests');
  return {
    passed: passed.length,
    failed: failed.length + broken.length || (problems.length > 0 ? 1 : 0),
    problems,
    seconds,
  };
}

/** Browsers: of whatever runs without one, a test that fails once in many runs has found a fault. */
const IN_BROWSERS = /^apps\/e2e\/journeys\//;
const MOST_FILES = 3;

/**
 * The test files that get a second try by themselves: journeys in browsers that failed beside others, where nothing else failed
 * and they are few. More have one cause in common, which a second try would not change.
 */
export function secondTries({ tests = [], broken = [] } = {}) {
  const failed = tests.filter(({ status }) => status === 'failed').map(({ file }) => file);
  const files = [...new Set([...failed, ...broken])];
  return files.length <= MOST_FILES && files.every((file) => IN_BROWSERS.test(file)) ? files : [];
}

/** The results of a suite once `files` had their second try; those of the first where they did not run again. */
export function afterSecondTry(first, second, files) {
  const ran = new Set([...(second?.tests ?? []).map(({ file }) => file), ...(second?.broken ?? [])]);
  if (!files.every((file) => ran.has(file))) return first;
  return {
    tests: [...first.tests.filter(({ file }) => !files.includes(file)), ...second.tests],
    broken: second.broken,
    seconds: first.seconds + second.seconds,
  };
}
