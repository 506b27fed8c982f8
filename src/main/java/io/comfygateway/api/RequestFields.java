package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.Problem.Fault;
import io.comfygateway.problem.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fields of a request that are the same for every workflow, each read and checked. */
final class RequestFields {
  private static final int LARGEST_METADATA = 16 * 1024;
  private static final int LARGEST_EXTRA_DATA = 64 * 1024;
  private static final int MOST_INPUTS = 500;
  private static final int LONGEST_TIMEOUT = 7 * 24 * 3600;
  private static final int LONGEST_EXPIRY = 30 * 24 * 3600;
  private final FieldReader fields;

  RequestFields(ObjectNode request) {
    this.fields = new FieldReader(request, "");
  }

  int priority() {
    return fields.number("priority", -100, 100, "whole number").orElse(0);
  }

  Optional<Integer> timeout() {
    return fields.number("timeout", 1, LONGEST_TIMEOUT, "whole number of seconds");
  }

  Optional<Integer> expiresIn() {
    return fields.number("expires_in", 1, LONGEST_EXPIRY, "whole number of seconds");
  }

  ObjectNode metadata(ObjectMapper json) {
    ObjectNode metadata = fields.object("metadata").orElseGet(json::createObjectNode);
    if (bytes(metadata) > LARGEST_METADATA) {
      throw fields.fault(
          "metadata", "metadata is larger than 16 KiB; keep an id in it and the rest with you.");
    }
    return metadata;
  }

  Optional<ObjectNode> extraData() {
    Optional<ObjectNode> extraData = fields.object("extra_data");
    if (extraData.map(RequestFields::bytes).orElse(0) > LARGEST_EXTRA_DATA) {
      throw fields.fault(
          "extra_data",
          "extra_data is larger than 64 KiB; it is for keys that ComfyUI's nodes ask for.");
    }
    return extraData;
  }

  /** The values for the workflow's inputs, under whatever names. */
  JsonNode inputs() {
    JsonNode inputs = fields.value("inputs");
    if (inputs.size() > MOST_INPUTS) {
      throw fields.fault(
          "inputs",
          "inputs has %d values; at most %d are taken.".formatted(inputs.size(), MOST_INPUTS));
    }
    return inputs;
  }

  /**
   * Refuses inputs that are too long.
   *
   * @param media the pointers of those that are files, which have limits of their own
   * @param longest characters (UTF-16)
   */
  void requireShort(Set<String> media, int longest) {
    List<Fault> faults = new ArrayList<>();
    for (Map.Entry<String, JsonNode> input : fields.value("inputs").properties()) {
      String pointer = JsonPointer.compile("/inputs").appendProperty(input.getKey()).toString();
      int length = input.getValue().isTextual() ? input.getValue().asText().length() : 0;
      if (length > longest && !media.contains(pointer)) {
        faults.add(
            new Fault(
                pointer,
                "%s has %d characters; at most %d are taken."
                    .formatted(input.getKey(), length, longest)));
      }
    }
    if (!faults.isEmpty()) {
      throw Problem.ofFields(ProblemType.INVALID_INPUT, faults);
    }
  }

  /** The unknown fields inside {@code callback}, {@code s3} and {@code deliver}. */
  static List<Fault> unknownInside(ObjectNode request) {
    List<Fault> faults =
        new ArrayList<>(
            FieldReader.unknown(request.path("callback"), "/callback", CallbackField.NAMES));
    faults.addAll(FieldReader.unknown(request.path("s3"), "/s3", S3Field.NAMES));
    faults.addAll(DeliverField.unknownInside(request.path("deliver")));
    return faults;
  }

  private static int bytes(ObjectNode object) {
    return object.toString().getBytes(StandardCharsets.UTF_8).length;
  }
}
