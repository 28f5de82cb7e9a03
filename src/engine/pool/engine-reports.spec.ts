import { EngineReports } from './engine-reports.js';

it('what engines tell before anybody listens is told once somebody does, in its order', () => {
  const reports = new EngineReports();
  const heard: string[] = [];
  const tell = (line: string) => reports.tell({ of: '', kind: 'output', line });
  tell('one');
  tell('two');
  reports.listen((report) => heard.push(report.kind === 'output' ? report.line : report.kind));
  expect(heard).toEqual(['one', 'two']);
  tell('three');
  expect(heard).toEqual(['one', 'two', 'three']);
});
