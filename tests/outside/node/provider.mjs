// An OpenID provider of others (oidc-provider) for test_openid_provider.py: one client, one person who is let in unasked.
import http from "node:http";
import { Provider } from "oidc-provider";

const [port, client, back, end, left, groups] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{
    client_id: client, client_secret: "a secret of thirty-two characters", redirect_uris: [back],
    response_types: ["code"], grant_types: ["authorization_code"], backchannel_logout_uri: end,
    backchannel_logout_session_required: true, post_logout_redirect_uris: [left],
  }],
  claims: { openid: ["sub", "groups"], profile: ["preferred_username"] },
  findAccount: (_, id) => ({
    accountId: id, claims: () => ({ sub: id, groups: groups.split(","), preferred_username: "anna" }),
  }),
  features: {
    devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true },
  },
  cookies: { keys: ["one of no consequence"] },
  // its own dispatcher calls no host of this machine
  fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined }),
  interactions: { url: (_, one) => `/interaction/${one.uid}` },
});
provider.on("server_error", (_, error) => console.error(error));
provider.on("backchannel.error", (_, error) => console.error("back-channel", error.message));

async function letIn(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (prompt.name === "login")
    return provider.interactionFinished(request, response, { login: { accountId: "p-248289761001" } });
  const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope("openid profile");
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

const rest = provider.callback();
http.createServer((request, response) =>
  request.url.startsWith("/interaction/") ? letIn(request, response).catch((error) => { console.error(error); response.end(); })
    : rest(request, response),
).listen(Number(port), "127.0.0.1", () => console.log("ready"));
