package io.comfygateway.settings;

import java.time.Duration;
import java.util.List;

/** The settings of outputs in responses, and in other formats and sizes. */
public final class PictureSettings {
  public static final Setting<Integer> MAX_PIXELS =
      Setting.of(
          "gateway.output.convert.max-pixels",
          SettingTypes.count(1, 1_000_000_000),
          "16777216",
          "How many pixels are decoded at a time to convert pictures (?format=, ?width=); each takes"
              + " about 12 bytes of the heap. A larger picture is answered 422, unless it is made much"
              + " smaller.");
  public static final Setting<Long> CACHE_BYTES =
      Setting.of(
          "gateway.output.convert.cache-bytes",
          SettingTypes.bytes(1),
          "536870912",
          "How many bytes converted pictures may take in the data folder; those that were used least"
              + " recently make room.");
  public static final Setting<Duration> RETENTION =
      Setting.of(
          "gateway.output.convert.retention",
          SettingTypes.period(),
          "1d",
          "How long a converted picture is kept after it was fetched last.");

  public static final Setting<Long> RESPOND_MAX =
      Setting.of(
          "gateway.output.base64-max-bytes",
          SettingTypes.bytes(0, 1_073_741_824L),
          "33554432",
          "How many bytes the outputs of one response may have that are in its JSON"
              + " (?respond=base64); the others have only their links.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "Responses with outputs",
          "Explained in docs/operations.md.",
          List.of(RESPOND_MAX, MAX_PIXELS, CACHE_BYTES, RETENTION));

  private PictureSettings() {}
}
