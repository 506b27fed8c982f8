package io.comfygateway.workflow;

import io.comfygateway.config.FileStamp;
import io.comfygateway.workflow.embedded.EmbeddedGraph;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The media files of the library that carry a graph. Each is read again only if it has changed. */
final class GraphCarriers {
  private static final Set<String> ENDINGS =
      Set.of("png", "webp", "jpg", "jpeg", "mp4", "mov", "webm", "flac", "mp3");

  private final Path folder;
  private final Map<String, Known> known = new HashMap<>();

  GraphCarriers(Path folder) {
    this.folder = folder;
  }

  private record Known(FileStamp stamp, boolean carries) {}

  /** Whether a file's name is that of a picture, video or sound. */
  static boolean isMedia(String file) {
    return ENDINGS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /** Whether a media file carries a graph; one that cannot be read does not. */
  synchronized boolean carries(String file) {
    FileStamp stamp = FileStamp.of(folder.resolve(file));
    Known before = known.get(file);
    if (before == null || !before.stamp().equals(stamp)) {
      before = new Known(stamp, look(folder.resolve(file)));
      known.put(file, before);
    }
    return before.carries();
  }

  private static boolean look(Path file) {
    try {
      return EmbeddedGraph.read(file).isPresent();
    } catch (IOException | UncheckedIOException unreadable) {
      return false;
    }
  }

  /** Forgets files that are gone. */
  synchronized void keep(Set<String> files) {
    known.keySet().retainAll(files);
  }
}
