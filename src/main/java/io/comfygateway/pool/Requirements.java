package io.comfygateway.pool;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.job.GraphRequirements;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.UploadInputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares what a graph needs with what a backend has. */
final class Requirements {
  private Requirements() {}

  /** What a backend lacks. Where its node classes are not known, it counts as having all. */
  static List<Lack> missing(Backend backend, Optional<ObjectInfo> info, GraphRequirements needs) {
    List<Lack> missing = new ArrayList<>();
    needs.labels().stream()
        .filter(label -> !backend.labels().contains(label))
        .forEach(label -> missing.add(new Lack(Lack.Kind.LABEL, label, "")));
    info.ifPresent(
        known -> {
          needs.classes().stream()
              .filter(type -> !known.runs(type))
              .forEach(type -> missing.add(new Lack(Lack.Kind.CLASS, type, "")));
          needs.files().stream()
              .filter(file -> lacks(known, file))
              .forEach(
                  file ->
                      missing.add(
                          new Lack(
                              Lack.Kind.MODEL,
                              file.name(),
                              file.classType() + "." + file.input())));
        });
    return missing;
  }

  // A file that is uploaded with the job is not listed yet.
  private static boolean lacks(ObjectInfo info, GraphRequirements.ModelFile file) {
    return info.input(file.classType(), file.input())
        .filter(input -> "COMBO".equals(input.type()))
        .filter(input -> UploadInputs.marked(input).isEmpty())
        .map(ObjectInfo.InputDeclaration::choices)
        .filter(JsonNode::isArray)
        .filter(list -> !contains(list, file.name()))
        .isPresent();
  }

  private static boolean contains(JsonNode list, String name) {
    for (JsonNode item : list) {
      if (item.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
