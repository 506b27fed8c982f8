package io.comfygateway.settings;

import java.time.Duration;
import java.util.List;

/** The settings of ComfyUI's own API. */
public final class ClientSettings {
  public static final Setting<Integer> HISTORY =
      Setting.of(
          "gateway.comfyui.history",
          SettingTypes.count(1, 10_000),
          "100",
          "How many of a caller's newest prompts GET /history lists if the client does not say how"
              + " many. Some clients read all of it ten times a second.");

  public static final Setting<Long> UPLOADS_MAX =
      Setting.of(
          "gateway.comfyui.uploads-max-bytes",
          SettingTypes.bytes(1),
          "1073741824",
          "How many bytes the uploads of one key may take.");
  public static final Setting<Duration> UPLOADS_RETENTION =
      Setting.of(
          "gateway.comfyui.uploads-retention",
          SettingTypes.period(),
          "7d",
          "How long an upload is kept after a prompt has used it last.");

  public static final Setting<Duration> VERDICT =
      Setting.of(
          "gateway.comfyui.verdict-ms",
          SettingTypes.milliseconds(0),
          "1000",
          "How long the answer to POST /prompt waits for the server that is to run the prompt, so"
              + " that a graph that ComfyUI refuses is answered with ComfyUI's 400. It never waits"
              + " if no server has room for the prompt. 0 answers at once.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "ComfyUI's own API",
          "Explained in docs/clients.md.",
          List.of(HISTORY, VERDICT, UPLOADS_MAX, UPLOADS_RETENTION));

  private ClientSettings() {}
}
