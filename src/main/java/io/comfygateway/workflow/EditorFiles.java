package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.comfygateway.config.FileFault;
import io.comfygateway.workflow.editor.ConversionException;
import io.comfygateway.workflow.editor.ConversionFault;
import io.comfygateway.workflow.editor.EditorConversion;
import io.comfygateway.workflow.editor.EditorConversion.Converted;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts the library's files of the editor with the node classes of the servers. */
final class EditorFiles {
  private static final Logger LOG = LoggerFactory.getLogger(EditorFiles.class);

  private final Supplier<Optional<ObjectInfo>> source;
  private final Optional<ConvertedGraphs> kept;
  private Optional<ObjectInfo> known = Optional.empty();
  private @Nullable EditorConversion conversion;

  /**
   * @param source the node classes of the servers, once one has reported them
   * @param kept where graphs are kept; nowhere if empty
   */
  EditorFiles(Supplier<Optional<ObjectInfo>> source, Optional<ConvertedGraphs> kept) {
    this.source = source;
    this.kept = kept;
  }

  /** Without node classes: every file of the editor waits for a server. */
  static EditorFiles waiting() {
    return new EditorFiles(Optional::empty, Optional.empty());
  }

  /** The same, with graphs kept in a folder. */
  EditorFiles keptIn(Path folder) {
    return new EditorFiles(source, Optional.of(new ConvertedGraphs(folder)));
  }

  /** The same, with classes from elsewhere. */
  EditorFiles with(Supplier<Optional<ObjectInfo>> classes) {
    return new EditorFiles(classes, kept);
  }

  /** The classes that files are converted with now. */
  Optional<ObjectInfo> classes() {
    return source.get();
  }

  /**
   * The result of a conversion.
   *
   * @param graph the graph in the API format
   * @param faults why there is none
   * @param refused the same faults, each with its node; empty where none is to blame
   * @param isWaiting whether there will be one when a server reports its node classes
   */
  record Outcome(
      Optional<JsonNode> graph,
      List<FileFault> faults,
      List<ConversionFault> refused,
      boolean isWaiting) {}

  synchronized Outcome convert(String file, JsonNode editor) {
    Optional<ObjectInfo> now = source.get();
    if (now.isEmpty()) {
      Optional<JsonNode> before = kept.flatMap(graphs -> graphs.find(editor));
      return new Outcome(
          before,
          before.isPresent() ? List.of() : List.of(waits(file)),
          List.of(),
          before.isEmpty());
    }
    try {
      Converted converted = conversion(now.get()).convert(editor);
      converted
          .remarks()
          .forEach(remark -> LOG.info("workflow converted file={} remark={}", file, remark));
      kept.ifPresent(graphs -> graphs.keep(editor, converted.graph()));
      return new Outcome(Optional.of(converted.graph()), List.of(), List.of(), false);
    } catch (ConversionException e) {
      List<FileFault> faults = new ArrayList<>();
      for (ConversionFault fault : e.faults()) {
        faults.add(new FileFault(file, 0, "", fault.sentence(), fault.remedy()));
      }
      return new Outcome(Optional.empty(), faults, e.faults(), false);
    }
  }

  private EditorConversion conversion(ObjectInfo classes) {
    EditorConversion made = conversion;
    if (made == null || !known.equals(Optional.of(classes))) {
      made = new EditorConversion(classes.json());
      conversion = made;
      known = Optional.of(classes);
    }
    return made;
  }

  private static FileFault waits(String file) {
    return new FileFault(
        file,
        0,
        "",
        "This is a file of ComfyUI's editor, and no ComfyUI has reported its node classes yet",
        "it is converted as soon as one does");
  }
}
