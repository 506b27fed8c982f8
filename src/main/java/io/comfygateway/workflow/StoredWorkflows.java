package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.FileFault;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The versions of workflows that are kept, whether they were uploaded or came from files. */
public interface StoredWorkflows {

  /** A kept version, and what it is made from. */
  record Kept(Workflow workflow, WorkflowSource source) {}

  /** For a library of files alone, which number themselves. */
  static StoredWorkflows none() {
    return new StoredWorkflows() {
      @Override
      public int number(String name, int least, WorkflowSource content) {
        return least;
      }

      @Override
      public Map<String, Workflow> uploaded() {
        return Map.of();
      }

      @Override
      public Optional<Kept> find(String name, int version) {
        return Optional.empty();
      }

      @Override
      public Optional<JsonNode> editor(String name, int version) {
        return Optional.empty();
      }

      @Override
      public OptionalInt aliased(String name, String alias) {
        return OptionalInt.empty();
      }

      @Override
      public List<FileFault> faults() {
        return List.of();
      }
    };
  }

  /**
   * The number of the version that has this content. A content that is new is kept under the next
   * number.
   *
   * @param least the number that the file gives itself, else 1; no lower one is taken
   * @throws UnreachableStoreException if none can be kept now
   * @throws RuntimeException if this one cannot be kept
   */
  int number(String name, int least, WorkflowSource content);

  /** The current version of each uploaded workflow, by name; the same map until one changes. */
  Map<String, Workflow> uploaded();

  /** A version of a workflow, also of one that was removed. */
  Optional<Kept> find(String name, int version);

  /** The file of the editor that a version was made from. */
  Optional<JsonNode> editor(String name, int version);

  /** The version that an alias of a workflow names. */
  OptionalInt aliased(String name, String alias);

  /** The stored workflows that no longer load. */
  List<FileFault> faults();
}
