package io.comfygateway.library;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.comfygateway.workflow.GraphNode;
import io.comfygateway.workflow.ObjectInfo;
import io.comfygateway.workflow.WorkflowSource;
import io.comfygateway.workflow.editor.EditorValues;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the editor that a version of a workflow was made from, with the values of a job.
 * ComfyUI writes it into the job's outputs, which its editor then opens.
 */
public final class EditorMetadata {
  private static final Logger LOG = LoggerFactory.getLogger(EditorMetadata.class);
  private static final long MOST_KEPT_BYTES = 16 << 20;
  private static final int LEAST_WEIGHT = 256;

  private final Versions versions;
  private final Supplier<Optional<ObjectInfo>> classes;

  // A version never changes, so what was read of it stays right.
  private final Cache<String, Kept> kept =
      Caffeine.newBuilder()
          .maximumWeight(MOST_KEPT_BYTES)
          .weigher((String ref, Kept version) -> LEAST_WEIGHT + version.bytes())
          .executor(Runnable::run)
          .build();

  private volatile @Nullable Known known;

  /** What versions are made from. */
  public interface Versions {
    /** What a version is made from, with the file of the editor. */
    Optional<WorkflowSource> source(String name, int version);
  }

  /** A version that has a file of the editor which is not too large, or nothing. */
  private record Kept(Optional<JsonNode> editor, JsonNode graph, int bytes) {}

  private record Known(ObjectInfo classes, EditorValues values) {}

  /**
   * @param classes the node classes of the servers, once one has reported its own
   */
  public EditorMetadata(Versions versions, Supplier<Optional<ObjectInfo>> classes) {
    this.versions = versions;
    this.classes = classes;
  }

  /**
   * The file for the editor.
   *
   * @param ref what the job runs, with the number of the version
   * @param prompt the job's graph in the API format
   * @return empty if the version has none, if it is too large, or if the job has other nodes or
   *     links than the version
   */
  public Optional<JsonNode> of(String ref, ObjectNode prompt) {
    try {
      Kept version = kept.get(ref, this::read);
      return version
          .editor()
          .filter(editor -> isSameStructure(version.graph(), prompt))
          .map(editor -> withValues(editor, version.graph(), prompt));
    } catch (RuntimeException e) {
      // The job can run without it.
      LOG.warn("editor metadata left out workflow={} reason={}", ref, e.toString());
      return Optional.empty();
    }
  }

  private Kept read(String ref) {
    int at = ref.lastIndexOf('@');
    Optional<WorkflowSource> source =
        versions.source(ref.substring(0, at), Integer.parseInt(ref.substring(at + 1)));
    Optional<JsonNode> editor = source.flatMap(WorkflowSource::editor);
    if (editor.isEmpty()) {
      return new Kept(editor, MissingNode.getInstance(), 0);
    }
    int bytes = source.get().editorBytes();
    if (bytes > WorkflowSource.MOST_EDITOR_BYTES) {
      LOG.warn(
          "editor metadata left out workflow={} bytes={} most={}",
          ref,
          bytes,
          WorkflowSource.MOST_EDITOR_BYTES);
      return new Kept(Optional.empty(), MissingNode.getInstance(), 0);
    }
    return new Kept(editor, source.get().graph(), bytes);
  }

  private JsonNode withValues(JsonNode editor, JsonNode graph, ObjectNode prompt) {
    Optional<ObjectInfo> now = classes.get();
    if (now.isEmpty()) {
      return editor;
    }
    Known last = known;
    if (last == null || last.classes() != now.get()) {
      last = new Known(now.get(), new EditorValues(now.get().json()));
      known = last;
    }
    return last.values().with(editor, graph, prompt);
  }

  // A route or a server's replacement of a class may have changed the graph.
  private static boolean isSameStructure(JsonNode one, JsonNode other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (Map.Entry<String, JsonNode> node : one.properties()) {
      JsonNode same = other.path(node.getKey());
      if (!node.getValue().path("class_type").equals(same.path("class_type"))
          || !links(node.getValue()).equals(links(same))) {
        return false;
      }
    }
    return true;
  }

  private static Set<Map.Entry<String, GraphNode.Link>> links(JsonNode node) {
    Set<Map.Entry<String, GraphNode.Link>> links = new HashSet<>();
    for (Map.Entry<String, JsonNode> input : node.path("inputs").properties()) {
      GraphNode.Link.of(input.getValue())
          .ifPresent(link -> links.add(Map.entry(input.getKey(), link)));
    }
    return links;
  }
}
