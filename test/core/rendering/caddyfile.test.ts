import assert from "node:assert/strict";
import { renderCaddyfile } from "../../../components/core/rendering/caddyfile";
import { assertGolden } from "../../support/golden";
import { caddyfileVariants } from "../../support/caddyfile-variants";

describe("Caddyfile", () => {
  for (const [name, options] of Object.entries(caddyfileVariants))
    it(`renders ${name} as on record`, () => assertGolden(`caddy/${name}.Caddyfile`, renderCaddyfile(options)));

  it("believes no proxy that is not named", () => {
    for (const options of Object.values(caddyfileVariants)) {
      const text = renderCaddyfile({ ...options, trustedProxies: [] });
      assert.ok(!text.includes("trusted_proxies"), text);
    }
  });

  it("serves the very same behind a load balancer as without TLS, apart from how long idle connections last", () => {
    const trustedProxies = ["10.0.0.0/8"];
    const none = renderCaddyfile({ tls: { mode: "none", staging: false }, trustedProxies });
    const balanced = renderCaddyfile({ tls: { mode: "load-balancer", staging: false }, trustedProxies });
    assert.equal(balanced, none);
  });

  it("outlasts the idle timeout of a proxy in front", () => {
    const idle = (idleTimeoutSeconds?: number) =>
      /idle (\S+)/.exec(
        renderCaddyfile({ tls: { mode: "load-balancer", staging: false }, trustedProxies: [], idleTimeoutSeconds }),
      )?.[1];
    assert.equal(idle(), "620s");
    assert.equal(idle(900), "920s");
  });

  it("asks no authority for certificates unless told to, and the staging one only for rehearsals", () => {
    const text = (mode: "acme" | "certificate" | "none", staging: boolean) =>
      renderCaddyfile({ tls: { mode, staging }, trustedProxies: [] });
    assert.match(text("acme", true), /acme_ca https:\/\/acme-staging-v02\.api\.letsencrypt\.org\/directory\n/);
    assert.doesNotMatch(text("acme", false), /acme_ca/);
    assert.match(text("certificate", true), /auto_https disable_certs\n/);
    assert.doesNotMatch(text("certificate", true), /acme/);
    assert.doesNotMatch(text("none", true), /acme/);
  });
});
