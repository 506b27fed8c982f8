package io.comfygateway.settings;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The settings of doors: the APIs of other products that the gateway also answers. */
public final class DoorSettings {
  // It becomes part of the text of a jq expression.
  private static final Pattern MODEL = Pattern.compile("[^=\"\\\\{}\\s]+=[^=\"\\\\{}\\s]+");

  public static final Setting<List<String>> DOORS =
      Setting.of(
          "gateway.doors",
          SettingTypes.list("comma-separated names of files in routes/doors"),
          "",
          "The APIs of other products that are answered too (docs/doors.md): comfy-pack, modal, openai,"
              + " runpod. Empty: none.");
  public static final Setting<Duration> LONGEST_WAIT =
      Setting.of(
          "gateway.door.wait-max-seconds",
          SettingTypes.seconds(1, 3_600),
          "540",
          "How long a request to a door is held until its job has ended; most of these APIs know no"
              + " other answer. Proxies in front must wait longer. The SDKs of OpenAI give up after"
              + " 600 s.");
  public static final Setting<Long> BASE64_MAX =
      Setting.of(
          "gateway.door.base64-max-bytes",
          SettingTypes.bytes(0, 1_073_741_824L),
          "33554432",
          "How large a file may be that a door sends as base64 in its JSON; of a larger one it sends a"
              + " link.");
  public static final Setting<List<String>> OPENAI_MODELS =
      Setting.of(
          "gateway.door.openai-models",
          SettingType.required(
                  "comma-separated model=workflow, or *=workflow", DoorSettings::models)
              .orWhenEmpty(List.of()),
          "",
          "Other names of workflows at the door openai, for clients that have the names of models built"
              + " in: gpt-image-1=txt2img,dall-e-3=txt2img. * is every name that is neither here nor in"
              + " the library.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "Doors",
          "Explained in docs/doors.md.",
          List.of(DOORS, LONGEST_WAIT, BASE64_MAX, OPENAI_MODELS));

  private DoorSettings() {}

  private static List<String> models(String text) {
    List<String> models = SettingTypes.words(text);
    for (String model : models) {
      if (!MODEL.matcher(model).matches()) {
        throw new IllegalArgumentException(
            "\"" + model + "\" is not of the form model=workflow, such as gpt-image-1=txt2img");
      }
    }
    return models;
  }
}
