package io.comfygateway.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All settings. From this table come the check, the typed reads, {@code
 * config/application.properties} and {@code docs/settings.md}.
 */
public final class SettingsTable {
  /** The groups, in the order in which they are listed. */
  public static final List<SettingGroup> GROUPS =
      List.of(
          ServerSettings.GROUP,
          RetrySettings.GROUP,
          PortSettings.GROUP,
          CallerSettings.GROUP,
          TokenSettings.TOKENS,
          TokenSettings.PROXIES,
          StorageSettings.PLACES,
          StorageSettings.RETAINED,
          PictureSettings.GROUP,
          LimitSettings.JOBS,
          LimitSettings.INPUTS,
          LimitSettings.EVENTS,
          DeliverySettings.CALLBACKS,
          DeliverySettings.DESTINATIONS,
          DeliverySettings.COPIES,
          DoorSettings.GROUP,
          ClientSettings.GROUP,
          SocketSettings.GROUP,
          PageSettings.GROUP,
          StageSettings.GROUP);

  private SettingsTable() {}

  /** Every setting by its name, in the order of the groups. */
  public static Map<String, Setting<?>> byName() {
    Map<String, Setting<?>> settings = new LinkedHashMap<>();
    for (SettingGroup group : GROUPS) {
      group.settings().forEach(setting -> settings.put(setting.name(), setting));
    }
    return settings;
  }
}
