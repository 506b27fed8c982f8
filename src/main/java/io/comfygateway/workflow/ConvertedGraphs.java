package io.comfygateway.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.comfygateway.digest.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The graphs that files of the editor were converted to, each under the SHA-256 of its file's
 * content. After a start they are used until a ComfyUI has reported its node classes.
 */
final class ConvertedGraphs {
  private static final Logger LOG = LoggerFactory.getLogger(ConvertedGraphs.class);
  private static final int MOST = 2_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  ConvertedGraphs(Path folder) {
    this.folder = folder;
  }

  /** The graph that this file was last converted to. */
  Optional<JsonNode> find(JsonNode editor) {
    Path file = file(editor);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readTree(file.toFile())).filter(JsonNode::isObject)
          : Optional.empty();
    } catch (IOException e) {
      LOG.warn("converted workflow cannot be read file={} reason={}", file, e.toString());
      return Optional.empty();
    }
  }

  /** Stores a graph; a failure is logged, since the file can be converted again. */
  void keep(JsonNode editor, JsonNode graph) {
    Path file = file(editor);
    try {
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, ".new", ".json");
      try {
        Files.writeString(fresh, graph.toString());
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(fresh);
      }
      removeOldest();
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("converted workflow cannot be kept file={} reason={}", file, e.toString());
    }
  }

  private void removeOldest() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.forEach(files::add);
    }
    if (files.size() > MOST) {
      files.sort(Comparator.comparing(ConvertedGraphs::written));
      for (Path oldest : files.subList(0, files.size() - MOST)) {
        Files.deleteIfExists(oldest);
      }
    }
  }

  private static FileTime written(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException gone) {
      return FileTime.fromMillis(0);
    }
  }

  private Path file(JsonNode editor) {
    return folder.resolve(Sha256.hex(editor.toString()) + ".json");
  }
}
