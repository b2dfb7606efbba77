import { writeFileSync } from 'node:fs';

/** Writes the results of each suite that ran to the file that `PARLEY_RESULTS` names, where it names one. */
export default class Reporter {
  #suites = {};

  onTestResult({ context }, file) {
    const suite = (this.#suites[context.config.displayName.name] ??= { broken: 0, seconds: 0, tests: [] });
    suite.tests.push(...file.testResults.map(({ status, fullName }) => ({ status, fullName })));
    if (file.testExecError) suite.broken += 1;
    suite.seconds += (file.perfStats.end - file.perfStats.start) / 1000;
  }

  onRunComplete() {
    const { PARLEY_RESULTS: file } = process.env;
    if (file) writeFileSync(file, JSON.stringify(this.#suites));
  }
}
