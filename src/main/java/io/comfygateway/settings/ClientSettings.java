package io.comfygateway.settings;

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

  static final SettingGroup GROUP =
      new SettingGroup("ComfyUI's own API", "Explained in docs/clients.md.", List.of(HISTORY));

  private ClientSettings() {}
}
