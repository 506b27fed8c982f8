package io.comfygateway.settings;

import io.comfygateway.access.AuthMode;
import io.comfygateway.access.Scope;
import io.comfygateway.access.TrustedProxies;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The settings of who may call. */
public final class CallerSettings {
  public static final Setting<Optional<String>> API_KEYS =
      Setting.of(
              "gateway.api-keys",
              SettingType.optional(
                  "comma-separated name:secret or name:secret:scope+scope", text -> text),
              "",
              "Keys of callers. Scopes are run (the default), raw, read-all, publish and admin; \"gateway key"
                  + " create\" makes keys that can do more, without a restart. Without any key, the"
                  + " first start makes one and prints it once.")
          .asSecret();
  public static final Setting<String> AUTH_HEADER =
      Setting.of(
          "gateway.auth-header",
          SettingTypes.header(),
          "X-API-Key",
          "The header of the key; Authorization: Bearer works as well.");
  public static final Setting<AuthMode> AUTH =
      Setting.of(
          "gateway.auth",
          SettingType.required("required, none or none-anywhere", AuthMode::parse),
          "required",
          "Whether a key is needed. required: by everybody; none: not by this machine, and"
              + " GATEWAY_HOST must be a loopback address; none-anywhere: by nobody.");
  public static final Setting<Set<Scope>> OPEN_SCOPES =
      Setting.of(
          "gateway.auth.open-scopes",
          SettingTypes.scopes(),
          "run",
          "The scopes of callers without a key, if none is needed.");
  public static final Setting<Integer> FAILURES_PER_MINUTE =
      Setting.of(
          "gateway.auth.failures-per-minute",
          SettingTypes.count(1, 1_000_000),
          "10",
          "How many wrong keys one address may send in a minute; then it is answered 429.");
  public static final Setting<TrustedProxies> TRUSTED_PROXIES =
      Setting.of(
          "gateway.trusted-proxies",
          SettingType.required("comma-separated addresses and networks", TrustedProxies::new)
              .orWhenEmpty(new TrustedProxies("")),
          "",
          "The proxies whose X-Forwarded-For the gateway believes.");
  public static final Setting<Duration> KEYS_CHECK_INTERVAL =
      Setting.of(
          "gateway.keys.check-interval-ms",
          SettingTypes.milliseconds(),
          "500",
          "How often the gateway looks for keys that were changed through another gateway on the same"
              + " database.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "Who may call",
          "Explained in docs/authentication.md.",
          List.of(
              API_KEYS,
              AUTH_HEADER,
              AUTH,
              OPEN_SCOPES,
              FAILURES_PER_MINUTE,
              TRUSTED_PROXIES,
              KEYS_CHECK_INTERVAL));

  private CallerSettings() {}
}
