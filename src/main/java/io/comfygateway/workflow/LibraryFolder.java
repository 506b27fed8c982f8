package io.comfygateway.workflow;

import io.comfygateway.config.FileFault;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What lies in the folder of the library and in the folders below it. Names that begin with a dot
 * are passed over, files and folders alike.
 *
 * @param workflows the files of workflows, by path
 * @param media the pictures, videos and sounds, by path
 * @param unread the folders that could not be read, by path
 * @param tests the files of tests, by path
 */
record LibraryFolder(
    List<WorkflowFile> workflows, Set<String> media, List<String> unread, List<String> tests) {
  /** How the names of files of tests end. */
  static final String TESTS = ".test.yaml";

  static final int DEEPEST = 10;
  private static final int MOST_FILES = 20_000;

  /**
   * Looks into the folder; faults of single files are collected.
   *
   * @param carriesGraph whether a picture, video or sound carries a graph
   * @throws IOException if the folder itself cannot be read
   */
  static LibraryFolder read(Path folder, Predicate<String> carriesGraph, List<FileFault> faults)
      throws IOException {
    Walk walk = new Walk(folder, faults);
    Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), DEEPEST, walk);
    Set<String> stems = stems(walk.paths);
    List<String> tests = walk.paths.stream().filter(path -> isTests(path, stems)).toList();
    tests.forEach(walk.paths::remove);
    Set<String> media =
        walk.paths.stream().filter(GraphCarriers::isMedia).collect(Collectors.toSet());
    return new LibraryFolder(
        workflows(walk.paths, graphs(walk.paths, carriesGraph), faults),
        media,
        List.copyOf(walk.unread),
        tests);
  }

  // A workflow may be called foo.test, and then has its sidecar in foo.test.yaml.
  private static boolean isTests(String path, Set<String> stems) {
    return path.toLowerCase(Locale.ROOT).endsWith(TESTS) && !stems.contains(stem(path));
  }

  private static Set<String> stems(Set<String> paths) {
    return paths.stream()
        .filter(path -> ending(path).equals("json") || GraphCarriers.isMedia(path))
        .map(LibraryFolder::stem)
        .collect(Collectors.toSet());
  }

  // A picture beside a graph of its name shows what the graph makes.
  private static List<String> graphs(TreeSet<String> paths, Predicate<String> carriesGraph) {
    Set<String> stems =
        paths.stream()
            .filter(path -> ending(path).equals("json"))
            .map(LibraryFolder::stem)
            .collect(Collectors.toSet());
    return paths.stream()
        .filter(
            path ->
                ending(path).equals("json")
                    || (GraphCarriers.isMedia(path)
                        && !stems.contains(stem(path))
                        && carriesGraph.test(path)))
        .toList();
  }

  private static List<WorkflowFile> workflows(
      TreeSet<String> paths, List<String> graphs, List<FileFault> faults) {
    Map<String, String> sidecars = new TreeMap<>();
    for (String path : paths) {
      String other = ending(path).equals("yaml") ? sidecars.put(stem(path), path) : null;
      if (other != null) {
        faults.add(new FileFault(other, 0, "", path + " stands beside the same graph", "keep one"));
      } else if (ending(path).equals("yml")) {
        faults.add(
            new FileFault(path, 0, "", "Files ending in .yml are not read", "rename it to .yaml"));
      }
    }
    List<WorkflowFile> found = new ArrayList<>();
    for (String path : graphs) {
      Optional<String> sidecar = Optional.ofNullable(sidecars.get(stem(path)));
      WorkflowName.of(stem(path))
          .ifPresentOrElse(
              name -> found.add(new WorkflowFile(path, sidecar, name)),
              () -> faults.add(nameless(path)));
    }
    graphs.forEach(path -> sidecars.remove(stem(path)));
    // Presets, which name the graph of another.
    sidecars.forEach(
        (stem, path) ->
            WorkflowName.of(stem)
                .ifPresentOrElse(
                    name -> found.add(new WorkflowFile(path, Optional.of(path), name)),
                    () -> faults.add(nameless(path))));
    found.sort(Comparator.comparing(WorkflowFile::json));
    return found;
  }

  private static FileFault nameless(String path) {
    return new FileFault(
        path,
        0,
        "",
        "The file's name gives no name for URLs",
        "give file and folder a letter or a digit, and at most 150 characters together");
  }

  private static String ending(String path) {
    int dot = path.lastIndexOf('.');
    return dot < 0 ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  static String stem(String path) {
    int dot = path.lastIndexOf('.');
    return dot < 0 ? path : path.substring(0, dot);
  }

  private static final class Walk extends SimpleFileVisitor<Path> {
    private final Path folder;
    private final List<FileFault> faults;
    private final TreeSet<String> paths = new TreeSet<>();
    private final List<String> unread = new ArrayList<>();

    Walk(Path folder, List<FileFault> faults) {
      this.folder = folder;
      this.faults = faults;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
      return isHidden(path) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
      if (paths.size() >= MOST_FILES) {
        String detail = "There are more than " + MOST_FILES + " files";
        faults.add(new FileFault(folder.toString(), 0, "", detail, "move some elsewhere"));
        return FileVisitResult.TERMINATE;
      }
      if (attributes.isDirectory()) {
        String detail = "Folders are read " + DEEPEST + " levels deep";
        faults.add(new FileFault(relative(path), 0, "", detail, "move its files up"));
      } else if (attributes.isRegularFile() && !isHidden(path)) {
        paths.add(relative(path));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path path, IOException why) throws IOException {
      if (path.equals(folder)) {
        throw why;
      }
      if (!isHidden(path)) {
        unread.add(relative(path));
        String detail = "This cannot be read (" + why.getClass().getSimpleName() + ")";
        faults.add(new FileFault(relative(path), 0, "", detail, "check that it may be read"));
      }
      return FileVisitResult.CONTINUE;
    }

    private boolean isHidden(Path path) {
      return !path.equals(folder) && path.getFileName().toString().startsWith(".");
    }

    private String relative(Path path) {
      return folder.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
    }
  }
}
