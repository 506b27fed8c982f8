package io.comfygateway.settings;

import io.comfygateway.pool.Backend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The settings of the ComfyUI servers. */
public final class ServerSettings {
  public static final Setting<String> URLS =
      Setting.of(
              "gateway.backends.urls",
              SettingType.required(
                  "comma-separated URLs, each may be name=URL",
                  SettingType.checked(text -> Backend.parse(text, 1))),
              "http://127.0.0.1:8188",
              "The ComfyUI servers, unless the file of servers exists.")
          .readFrom("COMFYUI_URLS");
  public static final Setting<Path> FILE =
      Setting.of(
          "gateway.backends.file",
          SettingTypes.file(),
          "config/backends.yaml",
          "The file of servers with credentials, TLS, labels and drain (docs/backends.md). If it"
              + " exists it replaces COMFYUI_URLS, and its changes take effect without a restart.");
  public static final Setting<Integer> WINDOW =
      Setting.of(
          "gateway.window",
          SettingTypes.count(1, 1_000),
          "2",
          "How many prompts one server has at a time: one that runs and one that is ready, so that"
              + " the GPU never waits.");
  public static final Setting<Duration> POLL_INTERVAL =
      Setting.of(
          "gateway.poll.interval-ms",
          SettingTypes.milliseconds(),
          "500",
          "How often the gateway asks for the state of each prompt; the WebSocket wakes it earlier,"
              + " and nothing depends on that.");
  public static final Setting<Duration> OBJECT_INFO_AGE =
      Setting.of(
          "gateway.backends.object-info-seconds",
          SettingTypes.seconds(1, 1_000_000),
          "300",
          "How long the gateway uses a server's answer to GET /object_info (its node classes and"
              + " model files) before it asks again.");
  public static final Setting<Duration> CONNECT_TIMEOUT =
      Setting.of(
          "gateway.comfyui.connect-timeout-ms",
          SettingTypes.milliseconds(),
          "5000",
          "How long a connection to a server may take to open.");
  public static final Setting<Duration> ANSWER_TIMEOUT =
      Setting.of(
          "gateway.comfyui.answer-timeout-ms",
          SettingTypes.milliseconds(),
          "15000",
          "How long a server may be silent when the gateway probes it or asks for a prompt's history"
              + " or a file, all of which it asks for again.");
  public static final Setting<Duration> RESPONSE_TIMEOUT =
      Setting.of(
          "gateway.comfyui.response-timeout-ms",
          SettingTypes.milliseconds(),
          "60000",
          "How long a server may be silent otherwise: when the gateway asks for its node classes, or"
              + " sends it a prompt or a file.");
  public static final Setting<Long> MAX_ANSWER =
      Setting.of(
          "gateway.comfyui.max-answer-bytes",
          SettingTypes.bytes(65_536),
          "67108864",
          "The largest answer in JSON that a server may give (queue, history, node classes); it may"
              + " take longer than the times above while it comes at 64 KiB/s, and the answer to a"
              + " POST may have 4 MB.");
  public static final Setting<Long> MAX_FILE =
      Setting.of(
          "gateway.comfyui.max-file-bytes",
          SettingTypes.bytes(1),
          "10737418240",
          "The largest output that a server may send; it may take longer than the times above while"
              + " it comes at 8 KiB/s.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "ComfyUI",
          "",
          List.of(
              URLS,
              FILE,
              WINDOW,
              POLL_INTERVAL,
              OBJECT_INFO_AGE,
              CONNECT_TIMEOUT,
              ANSWER_TIMEOUT,
              RESPONSE_TIMEOUT,
              MAX_ANSWER,
              MAX_FILE));

  private ServerSettings() {}
}
