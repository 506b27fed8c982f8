package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * An input as a node class declares it.
 *
 * @param name its name, with those of the dynamic inputs around it: {@code combo.width}
 * @param spec {@code [type, options]} or {@code [type]}
 * @param isRequired whether the class needs it
 */
record Declared(String name, JsonNode spec, boolean isRequired) {
  static final String DYNAMIC_COMBO = "COMFY_DYNAMICCOMBO_V3";
  static final String AUTOGROW = "COMFY_AUTOGROW_V3";

  private static final Set<String> PLAIN = Set.of("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO");
  private static final Set<String> SEEDS = Set.of("seed", "noise_seed");
  private static final List<String> UPLOADS =
      List.of(
          "image_upload", "video_upload", "audio_upload", "file_upload", "animated_image_upload");

  /** Whether a declaration can be read at all. */
  static boolean isReadable(JsonNode spec) {
    return spec.isArray() && !spec.isEmpty() && (spec.get(0).isArray() || spec.get(0).isTextual());
  }

  /** The type of its widget: the declared one, {@code COMBO} for choices, {@code INT} for seeds. */
  String type() {
    JsonNode type = spec.get(0);
    if (type.isArray()) {
      return "COMBO";
    }
    JsonNode widget = options().path("widgetType");
    String name = widget.isTextual() ? widget.asText() : type.asText();
    return name.equals("INT:seed") ? "INT" : name;
  }

  JsonNode options() {
    return spec.size() > 1 ? spec.get(1) : MissingNode.getInstance();
  }

  /** The values of a choice; missing where the server does not list them. */
  JsonNode choices() {
    return spec.get(0).isArray() ? spec.get(0) : options().path("options");
  }

  /** Whether the editor shows a field for it whatever the file says. */
  boolean isPlainWidget() {
    return !isSocketOnly() && (PLAIN.contains(type()) || type().equals(DYNAMIC_COMBO));
  }

  /** Whether it has several types, all of which have fields. */
  boolean isOfPlainTypes() {
    return Arrays.stream(type().split(",", -1)).map(String::strip).allMatch(PLAIN::contains);
  }

  /** Whether it can only be linked. */
  boolean isSocketOnly() {
    return options().path("forceInput").asBoolean(false);
  }

  /**
   * Whether the editor shows beside the value what becomes of it after each run: for inputs that
   * are marked, and for whole numbers called seed.
   */
  boolean isControlled() {
    JsonNode mark = options().path("control_after_generate");
    boolean isMarked = mark.isTextual() || mark.asBoolean(false);
    return switch (type()) {
      case "INT" -> isMarked || SEEDS.contains(name) || spec.get(0).asText().equals("INT:seed");
      case "COMBO" -> isMarked;
      default -> false;
    };
  }

  /** Whether the editor shows a button beside it that uploads a file. */
  boolean isUpload() {
    return UPLOADS.stream().anyMatch(mark -> options().path(mark).asBoolean(false));
  }

  /** Whether the editor asks the server for the choices, with a button that asks again. */
  boolean isRemote() {
    return options().path("remote").isObject();
  }

  /** Whether the editor draws from <code>{a|b}</code> in its text and cuts comments. */
  boolean isDynamicPrompt() {
    return options().path("dynamicPrompts").asBoolean(false);
  }
}
