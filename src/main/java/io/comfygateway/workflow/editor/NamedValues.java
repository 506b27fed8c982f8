package io.comfygateway.workflow.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values of a node that has them by name, as newer editors and some packs write them. */
final class NamedValues {
  /** What buttons and previews leave in the file. */
  private static final Set<String> OF_THE_PAGE =
      Set.of(
          "videopreview",
          "audiopreview",
          "choose video to upload",
          "choose audio to upload",
          "choose file to upload",
          "choose folder to upload",
          "upload",
          "audioUI",
          "control_after_generate",
          "control_filter_list");

  /** Inputs that VideoHelperSuite has renamed, by class and new name. */
  private static final Map<String, String> RENAMED =
      Map.of("VHS_VideoCombine.save_output", "save_image");

  private static final String RESAVE =
      "open the workflow in an editor on this ComfyUI, check the node and save it again";

  private final Place place;
  private final Fields fields;
  private final JsonNode named;

  NamedValues(Place place, Fields fields, JsonNode named) {
    this.place = place;
    this.fields = fields;
    this.named = named;
  }

  Map<String, JsonNode> of(NodeClass nodeClass) throws ConversionException {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    List<Field> missing = new ArrayList<>();
    List<String> read = new ArrayList<>();
    Deque<Field> open = new ArrayDeque<>(fields.of(nodeClass));
    while (!open.isEmpty()) {
      Field field = open.pop();
      if (!field.isValue()) {
        continue;
      }
      Optional<String> name = name(nodeClass, field.key());
      if (name.isEmpty()) {
        if (!field.isOptional() && !field.isLinked()) {
          missing.add(field);
        }
        continue;
      }
      JsonNode value = named.get(name.get());
      read.add(name.get());
      if (field.fit(value) == ValueFit.NONE) {
        throw refused(
            "Its value %s does not fit the input %s (%s)"
                .formatted(
                    ValueFit.show(value), ConversionFault.cut(field.key()), field.input().type()));
      }
      values.put(field.key(), value);
      further(field, value).forEach(open::addFirst);
    }
    requireNoOther(read);
    new Defaults(place, fields).fill(values, missing, false);
    return values;
  }

  private Optional<String> name(NodeClass nodeClass, String key) {
    if (named.has(key)) {
      return Optional.of(key);
    }
    return Optional.ofNullable(RENAMED.get(nodeClass.name() + "." + key)).filter(named::has);
  }

  private List<Field> further(Field field, JsonNode value) {
    return field.input().type().equals(Declared.DYNAMIC_COMBO)
        ? fields.chosen(field.input(), value)
        : ofFormat(field.input(), value);
  }

  // VideoHelperSuite declares the further inputs of each format with the choice of the format.
  private List<Field> ofFormat(Declared input, JsonNode value) {
    List<Field> further = new ArrayList<>();
    for (JsonNode declared : input.options().path("formats").path(value.asText())) {
      if (declared.isArray() && declared.size() > 1 && named.has(declared.path(0).asText())) {
        ArrayNode spec = JsonNodeFactory.instance.arrayNode();
        for (int i = 1; i < declared.size(); i++) {
          spec.add(declared.get(i));
        }
        if (Declared.isReadable(spec)) {
          further.add(Field.of(new Declared(declared.path(0).asText(), spec, false), false));
        }
      }
    }
    return further;
  }

  private void requireNoOther(List<String> read) throws ConversionException {
    for (Map.Entry<String, JsonNode> value : named.properties()) {
      String name = value.getKey();
      boolean isOfThePage =
          OF_THE_PAGE.contains(name)
              || name.startsWith("$$")
              || value.getValue().isNull()
              || place.node().isLinked(name);
      if (!isOfThePage && !read.contains(name) && !RENAMED.containsValue(name)) {
        throw refused("Its class has no input " + ConversionFault.cut(name) + " any more");
      }
    }
  }

  private ConversionException refused(String detail) {
    return new ConversionException(ConversionFault.of(place, detail, RESAVE));
  }
}
