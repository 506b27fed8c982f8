package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.comfygateway.workflow.editor.Field.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The contents of a node's {@code widgets_values}, position by position: the fields of the class in
 * its order, and between them what the editor adds of its own.
 */
final class Fields {
  private static final int MOST_BUTTONS = 2;
  private static final int MOST_PREVIEWS = 3;

  private final ClassCatalog classes;
  private final EditorNode node;

  Fields(ClassCatalog classes, EditorNode node) {
    this.classes = classes;
    this.node = node;
  }

  /** The fields of the node if it is of this class. */
  List<Field> of(NodeClass nodeClass) {
    List<Field> fields = new ArrayList<>();
    List<Declared> inputs = nodeClass.inputs();
    Optional<Declared> upload =
        inputs.stream().filter(input -> input.isRequired() && input.isUpload()).findFirst();
    boolean isBeforeOptional = true;
    for (Declared input : inputs) {
      if (isBeforeOptional && !input.isRequired()) {
        isBeforeOptional = false;
        upload.ifPresent(button -> fields.add(Field.of(button, false).as(Role.BUTTON)));
      }
      fields.addAll(of(input));
    }
    upload.ifPresent(
        button -> {
          for (int i = 0; i < MOST_BUTTONS; i++) {
            fields.add(Field.of(button, false).as(Role.BUTTON));
          }
        });
    if (nodeClass.name().endsWith("Audio") || nodeClass.name().startsWith("SaveAudio")) {
      Declared preview = unknown("audioUI", "AUDIO_UI");
      for (int i = 0; i < MOST_PREVIEWS; i++) {
        fields.add(Field.of(preview, false).as(Role.BUTTON));
      }
    }
    return fields;
  }

  /**
   * The optional inputs that are newer than the file. The file lists every input that can only be
   * linked, so that one that it lacks is newer, and those behind it are.
   */
  Set<String> newer(NodeClass nodeClass) {
    Set<String> newer = new HashSet<>();
    boolean isBehind = false;
    for (Declared input : nodeClass.inputs()) {
      if (input.isRequired()) {
        continue;
      }
      if (of(input).isEmpty() && isSocket(input)) {
        isBehind |= node.input(input.name()).isEmpty();
      } else if (isBehind) {
        newer.add(input.name());
      }
    }
    return newer;
  }

  /** What one declared input brings. */
  List<Field> of(Declared input) {
    if (input.type().equals(Declared.AUTOGROW)) {
      return grown(input);
    }
    List<Field> fields = new ArrayList<>();
    boolean isLinked = node.isLinked(input.name());
    Optional<Socket> socket = node.input(input.name());
    boolean wasSocketOnly = socket.filter(it -> !it.isWidget()).isPresent();
    Field value = Field.of(input, isLinked);
    if (input.isPlainWidget()) {
      fields.add(wasSocketOnly ? value.as(Role.PERHAPS) : value);
    } else if (input.isSocketOnly() || isSocket(input)) {
      if (socket.filter(Socket::isWidget).isPresent()) {
        fields.add(value.as(input.isSocketOnly() ? Role.FORMER : Role.VALUE));
      }
    } else if (!wasSocketOnly) {
      // A type that only an extension of the editor knows: it has drawn a field of its own.
      fields.add(socket.isPresent() ? value : value.as(Role.PERHAPS));
    }
    if (!fields.isEmpty() && input.isControlled()) {
      fields.add(value.as(Role.CONTROL));
      if (input.type().equals("COMBO")) {
        fields.add(value.as(Role.FILTER));
      }
    }
    if (!fields.isEmpty() && input.isRemote()) {
      fields.add(value.as(Role.BUTTON));
      fields.add(value.as(Role.BUTTON));
    }
    return fields;
  }

  private boolean isSocket(Declared input) {
    String type = input.type();
    return Socket.isAny(type)
        || type.equals("COMFY_MATCHTYPE_V3")
        || classes.isPutOut(type)
        || (type.contains(",") && !input.isOfPlainTypes());
  }

  /** The further fields that the value of a dynamic choice brings. */
  List<Field> chosen(Declared combo, JsonNode value) {
    List<Field> fields = new ArrayList<>();
    brought(combo, value).forEach(input -> fields.addAll(of(input)));
    return fields;
  }

  /** The further inputs that the value of a dynamic choice brings. */
  static List<Declared> brought(Declared combo, JsonNode value) {
    return option(combo, value)
        .map(
            option ->
                NodeClass.inputs(
                    combo.name() + ".", option.path("inputs"), MissingNode.getInstance()))
        .orElse(List.of());
  }

  /** The option of a dynamic choice that a value names. */
  static Optional<JsonNode> option(Declared combo, JsonNode value) {
    for (JsonNode option : combo.options().path("options")) {
      if (option.path("key").equals(value)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
  }

  // The file alone says how many of them there are.
  private List<Field> grown(Declared input) {
    JsonNode template = input.options().path("template").path("input");
    List<Declared> parts = NodeClass.inputs("", template, MissingNode.getInstance());
    List<Field> fields = new ArrayList<>();
    for (Socket socket : node.inputs()) {
      if (!parts.isEmpty() && socket.isWidget() && socket.name().startsWith(input.name() + ".")) {
        Declared part = new Declared(socket.name(), parts.get(0).spec(), false);
        fields.add(Field.of(part, socket.link().isPresent()));
      }
    }
    return fields;
  }

  /**
   * The fields of a node whose class the server lacks, as the file names them: newer editors list
   * each of them among the inputs.
   */
  List<Field> ofFile() {
    List<Field> fields = new ArrayList<>();
    for (Socket socket : node.inputs()) {
      if (socket.isWidget()) {
        Declared input = unknown(socket.name(), socket.type().isEmpty() ? "*" : socket.type());
        Field value = Field.of(input, socket.link().isPresent());
        fields.add(value);
        if (input.isControlled()) {
          fields.add(value.as(Role.CONTROL));
        }
      }
    }
    return fields;
  }

  static Declared unknown(String name, String type) {
    return new Declared(name, JsonNodeFactory.instance.arrayNode().add(type), false);
  }
}
