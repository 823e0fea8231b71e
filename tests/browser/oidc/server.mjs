// An OpenID Connect server on loopback for the sign-in tests. PORT, CALLBACK and ACCOUNTS (JSON: login -> claims) come
// from the environment. Any password is right; an account with "ttl" gets ID tokens that live that many seconds.
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.MODULES, 'here.js'));
const { Provider } = await import(require.resolve('oidc-provider'));

const { PORT, CALLBACK } = process.env;
const accounts = JSON.parse(process.env.ACCOUNTS);

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  clients: [{
    client_id: 'dualcore',
    client_secret: 'a-secret-for-tests-only',
    redirect_uris: [CALLBACK],
    post_logout_redirect_uris: [CALLBACK],
  }],
  cookies: { keys: ['for tests only'] },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'roles'] },
  features: { devInteractions: { enabled: true } },
  ttl: {
    IdToken: (ctx) => accounts[ctx.oidc.account?.accountId]?.ttl ?? 3600,
    AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, Interaction: 600, Session: 3600,
  },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id, ...accounts[id]?.claims }),
  }),
  // No question whether the application may know the name: companies grant that for everybody.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});
provider.listen(Number(PORT), '127.0.0.1');
