package io.comfygateway.settings;

import java.util.List;

/**
 * Settings that belong together, in the order in which they are listed.
 *
 * @param title the heading
 * @param introduction what holds for all of them, for operators; may be empty
 */
public record SettingGroup(String title, String introduction, List<Setting<?>> settings) {
  public SettingGroup {
    settings = List.copyOf(settings);
  }
}
