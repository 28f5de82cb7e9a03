import { headerCandidates } from './toolchain.js';

describe('headerCandidates', () => {
  it("asks npm's nodedir first, then beside the running node", () => {
    const candidates = headerCandidates(
      { npm_config_nodedir: '/opt/node' },
      '/home/u/.nvm/v24/bin/node',
      '/home/u',
    );
    expect(candidates.slice(0, 2)).toEqual(['/opt/node/include/node', '/home/u/.nvm/v24/include/node']);
  });

  it('knows where distributions put them', () => {
    expect(headerCandidates({}, '/usr/bin/node', '/home/u')).toContain('/usr/include/node');
  });
});
