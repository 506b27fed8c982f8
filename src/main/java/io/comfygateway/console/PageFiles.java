package io.comfygateway.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The page's own files: everything in the folder {@code console} of the class path. */
final class PageFiles {
  private static final String FIRST = "/console/index.html";

  private PageFiles() {}

  /** Every file by its path in that folder, such as {@code pages/jobs.js}. */
  static Map<String, byte[]> all() {
    URL first = PageFiles.class.getResource(FIRST);
    if (first == null) {
      throw new IllegalStateException("not on the class path: " + FIRST);
    }
    try {
      URI place = first.toURI();
      if (!"jar".equals(place.getScheme())) {
        return in(Path.of(place).resolveSibling("."));
      }
      // jar:file:/…/gateway.jar!/console/index.html
      URI jar = URI.create(place.toString().substring(0, place.toString().indexOf("!/")));
      Path file = Path.of(URI.create(jar.getSchemeSpecificPart()));
      try (FileSystem inside = FileSystems.newFileSystem(file, Map.of())) {
        return in(inside.getPath("/console"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the class path has an unusual place: " + first, e);
    }
  }

  private static Map<String, byte[]> in(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> found = Files.walk(folder)) {
      List<Path> regular = found.filter(Files::isRegularFile).toList();
      for (Path file : regular) {
        files.put(
            folder.normalize().relativize(file.normalize()).toString().replace('\\', '/'),
            Files.readAllBytes(file));
      }
    }
    return files;
  }
}
