package io.comfygateway.settings;

import io.comfygateway.log.LogLayout;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** The settings of what is shown of the gateway itself: pages, metrics, log. */
public final class PageSettings {
  /** The value of a page that nobody reads. */
  public static final String OFF = "off";

  public static final Setting<List<String>> CORS_ORIGINS =
      Setting.of(
          "gateway.cors.origins",
          SettingType.required("comma-separated origins, or *", PageSettings::origins)
              .orWhenEmpty(List.of()),
          "",
          "The origins of web pages that may read answers (CORS), such as https://app.example.com; *"
              + " is any. A page sends a key as any caller does; the cookie of the console is not for it. Empty: none.");
  public static final Setting<String> DOCS =
      Setting.of(
          "gateway.docs",
          SettingTypes.oneOf("key", "open", OFF),
          "open",
          "Who reads /docs and /openapi.json: open (everybody who reaches the port), key (callers with"
              + " a key) or off (nobody).");
  public static final Setting<String> CONSOLE =
      Setting.of(
          "gateway.console",
          SettingTypes.oneOf("on", OFF),
          "on",
          "Whether the console is served at / and callers can sign in there: on or off."
              + " docs/console.md describes it.");
  public static final Setting<Duration> CONSOLE_SESSION =
      Setting.of(
          "gateway.console.session-hours",
          SettingTypes.hours(1, 720),
          "12",
          "How many hours after signing in a session of the console ends, whatever it does.");
  public static final Setting<Duration> CONSOLE_IDLE =
      Setting.of(
          "gateway.console.idle-minutes",
          SettingTypes.minutes(1, 43_200),
          "60",
          "After how many minutes without a request a session of the console ends.");
  public static final Setting<String> METRICS =
      Setting.of(
          "gateway.metrics",
          SettingTypes.oneOf("key", "open", OFF),
          "key",
          "Who reads /metrics: key (callers with a key that has the scope read-all), open (everybody"
              + " who reaches the port) or off (nobody).");
  public static final Setting<String> LOG_FORMAT =
      Setting.of(
          "gateway.log.format",
          SettingType.required(
              "text, logfmt or json", SettingType.checked(LogLayout::requireFormat)),
          "text",
          "The form of a line of the log. It is read from the environment alone, since the log begins"
              + " before this file is read; so are GATEWAY_LOG_LEVEL (INFO) and"
              + " GATEWAY_CAMEL_LOG_LEVEL (WARN).");

  static final SettingGroup GROUP =
      new SettingGroup(
          "Console, pages, metrics and log",
          "",
          List.of(CORS_ORIGINS, CONSOLE, CONSOLE_SESSION, CONSOLE_IDLE, DOCS, METRICS, LOG_FORMAT));

  private PageSettings() {}

  private static List<String> origins(String text) {
    List<String> origins = SettingTypes.words(text);
    for (String origin : origins) {
      if ("*".equals(origin) && origins.size() > 1) {
        throw new IllegalArgumentException("* is every origin; name it alone, or the others");
      }
      if (!"*".equals(origin)) {
        URI url = SettingTypes.httpUrl(origin);
        if (!origin.equals(url.getScheme() + "://" + url.getAuthority())) {
          throw new IllegalArgumentException(
              "\""
                  + origin
                  + "\" is not an origin: scheme and host alone, such as https://example.com");
        }
      }
    }
    return origins;
  }
}
