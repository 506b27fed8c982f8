package io.comfygateway.settings;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The settings of the port: where it listens, and what one caller may take of it. */
public final class PortSettings {
  private static final SettingType<Duration> UP_TO_A_DAY = SettingTypes.seconds(1, 86_400);

  public static final Setting<String> HOST =
      Setting.of(
          "gateway.host",
          SettingType.required("host name or address", text -> text),
          "127.0.0.1",
          "The address that the gateway listens on, 0.0.0.0 for every interface; any other than a"
              + " loopback address needs a key.");
  public static final Setting<Integer> PORT =
      Setting.of(
          "gateway.port",
          SettingTypes.count(0, 65_535),
          "8080",
          "The port that the gateway listens on; 0 is any free one.");
  public static final Setting<Optional<Path>> TLS_CERTIFICATE =
      Setting.of(
              "gateway.tls.certificate",
              SettingTypes.optionalFile(),
              "",
              "The certificate of the port in PEM, followed by those between it and its root; with it"
                  + " and the key, the port accepts TLS alone. A new file takes effect without a"
                  + " restart.")
          .readFrom("GATEWAY_TLS_CERT");
  public static final Setting<Optional<Path>> TLS_KEY =
      Setting.of(
          "gateway.tls.key",
          SettingTypes.optionalFile(),
          "",
          "The private key of the certificate in PEM; a new file takes effect without a restart.");
  public static final Setting<Duration> HSTS =
      Setting.of(
          "gateway.tls.hsts-seconds",
          SettingTypes.seconds(0, Integer.MAX_VALUE),
          "0",
          "For how long browsers may come back by TLS only (Strict-Transport-Security). 0: the header"
              + " is not sent.");
  public static final Setting<Optional<URI>> PUBLIC_URL =
      Setting.of(
          "gateway.public-url",
          SettingTypes.optionalUrl(),
          "",
          "The URL under which callers reach the gateway, for the links in jobs and callbacks. Empty:"
              + " http://host:port, or https:// with TLS.");
  public static final Setting<Long> MAX_BODY =
      Setting.of(
          "gateway.max-body-bytes",
          SettingTypes.bytes(1_024),
          "52428800",
          "The largest body of a request.");
  public static final Setting<Integer> MAX_URI =
      Setting.of(
          "gateway.http.max-uri-bytes",
          SettingTypes.memory(256, 1_048_576),
          "8192",
          "How long the first line of a request may be, which has the URI in it.");
  public static final Setting<Integer> MAX_HEADER_BYTES =
      Setting.of(
          "gateway.http.max-header-bytes",
          SettingTypes.memory(1_024, 1_048_576),
          "16384",
          "How long all header fields of a request may be together.");
  public static final Setting<Integer> MAX_HEADERS =
      Setting.of(
          "gateway.http.max-headers",
          SettingTypes.count(10, 10_000),
          "100",
          "How many header fields a request may have.");
  public static final Setting<Integer> MAX_CONNECTIONS =
      Setting.of(
          "gateway.http.max-connections",
          SettingTypes.count(10, 1_000_000),
          "4000",
          "How many connections there may be at a time; more are closed at once. Each takes some KB,"
              + " and up to 64 KB while it sends.");
  public static final Setting<Duration> HEAD_TIMEOUT =
      Setting.of(
          "gateway.http.head-seconds",
          UP_TO_A_DAY,
          "20",
          "How long a new connection may take to send the header of its first request.");
  public static final Setting<Duration> IDLE_TIMEOUT =
      Setting.of(
          "gateway.http.idle-seconds",
          UP_TO_A_DAY,
          "120",
          "How long an open connection may take to send its next request; one that waits for an answer"
              + " is not idle. A proxy must close its own connections earlier than this: many do"
              + " after 60 or 90 s.");
  public static final Setting<Duration> BODY_TIMEOUT =
      Setting.of(
          "gateway.http.body-seconds", UP_TO_A_DAY, "30", "How long a body may take at any speed.");
  public static final Setting<Integer> BODY_RATE =
      Setting.of(
          "gateway.http.body-min-bytes-per-second",
          SettingTypes.bytesPerSecond(),
          "8192",
          "How fast a body must come that takes longer than that.");
  public static final Setting<Duration> ANSWER_TIMEOUT =
      Setting.of(
          "gateway.http.answer-seconds",
          UP_TO_A_DAY,
          "60",
          "How long a caller may read nothing of an answer that is ready.");
  public static final Setting<Duration> LONGEST_WAIT =
      Setting.of(
          "gateway.wait.max-seconds",
          SettingTypes.seconds(1, 3_600),
          "90",
          "How long Prefer: wait and ?respond= hold a request at most; n8n Cloud closes it after 100"
              + " s.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "The port",
          "",
          List.of(
              HOST,
              PORT,
              TLS_CERTIFICATE,
              TLS_KEY,
              HSTS,
              PUBLIC_URL,
              MAX_BODY,
              MAX_URI,
              MAX_HEADER_BYTES,
              MAX_HEADERS,
              MAX_CONNECTIONS,
              HEAD_TIMEOUT,
              IDLE_TIMEOUT,
              BODY_TIMEOUT,
              BODY_RATE,
              ANSWER_TIMEOUT,
              LONGEST_WAIT));

  private PortSettings() {}
}
