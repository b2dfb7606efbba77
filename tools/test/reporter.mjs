import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Writes the results of each suite that ran to the file that `PARLEY_RESULTS` names, where it names one. */
export default class Reporter {
  #suites = {};

  onTestResult({ context }, file) {
    const suite = (this.#suites[context.config.displayName.name] ??= { broken: [], seconds: 0, tests: [] });
    const path = relative(context.config.rootDir, file.testFilePath);
    suite.tests.push(...file.testResults.map(({ status, fullName }) => ({ status, fullName, file: path })));
    if (file.testExecError) suite.broken.push(path);
    suite.seconds += (file.perfStats.end - file.perfStats.start) / 1000;
  }

  onRunComplete() {
    const { PARLEY_RESULTS: file } = process.env;
    if (file) writeFileSync(file, JSON.stringify(this.#suites));
  }
}
