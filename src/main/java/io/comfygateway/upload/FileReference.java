package io.comfygateway.upload;

import java.util.Optional;

/**
 * A file as clients name it: in the query of {@code /view}, and in a node's input as {@code
 * sub/name.png}, perhaps with {@code [input]}, {@code [output]} or {@code [temp]} after it.
 *
 * @param filename its name without folders
 * @param subfolder its folders, with {@code /} between them; empty for none
 * @param type {@code input}, {@code output} or {@code temp}
 */
public record FileReference(String filename, String subfolder, String type) {
  public static final String INPUT = "input";
  public static final String OUTPUT = "output";
  public static final String TEMP = "temp";
  private static final int LONGEST = 1_000;

  /** What a node's input names; empty if it leads out of the folders. */
  public static Optional<FileReference> of(String value) {
    String name = value.strip();
    String type = INPUT;
    for (String known : new String[] {INPUT, OUTPUT, TEMP}) {
      String end = "[" + known + "]";
      if (name.endsWith(end)) {
        type = known;
        name = name.substring(0, name.length() - end.length()).strip();
        break;
      }
    }
    String path = name.replace('\\', '/');
    int slash = path.lastIndexOf('/');
    return of(path.substring(slash + 1), path.substring(0, Math.max(0, slash)), type);
  }

  /** A file by its parts; empty if they lead out of the folders. */
  public static Optional<FileReference> of(String filename, String subfolder, String type) {
    String folder = subfolder.replace('\\', '/');
    while (folder.endsWith("/")) {
      folder = folder.substring(0, folder.length() - 1);
    }
    FileReference reference = new FileReference(filename, folder, type);
    return reference.isInside() ? Optional.of(reference) : Optional.empty();
  }

  /** Whether an input with this name would be taken for another file, as {@code a.png [temp]}. */
  public boolean isAnnotated() {
    return of(filename).filter(read -> !read.filename().equals(filename)).isPresent();
  }

  /** The same with a number at the end of the name, {@code photo (1).png}. */
  FileReference numbered(int number) {
    int dot = filename.lastIndexOf('.');
    String stem = dot > 0 ? filename.substring(0, dot) : filename;
    String ending = dot > 0 ? filename.substring(dot) : "";
    return new FileReference(stem + " (" + number + ")" + ending, subfolder, type);
  }

  /** What {@link #numbered} makes, as a pattern of SQL's LIKE with {@code !} as its escape. */
  String numberedPattern() {
    int dot = filename.lastIndexOf('.');
    String stem = dot > 0 ? filename.substring(0, dot) : filename;
    String ending = dot > 0 ? filename.substring(dot) : "";
    return literal(stem) + " (%)" + literal(ending);
  }

  private static String literal(String text) {
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_");
  }

  private boolean isInside() {
    if (filename.isEmpty()
        || filename.length() + subfolder.length() > LONGEST
        || filename.contains("/")
        || filename.indexOf(0) >= 0
        || subfolder.indexOf(0) >= 0
        || isDots(filename)
        || subfolder.startsWith("/")) {
      return false;
    }
    for (String folder : subfolder.split("/", -1)) {
      if (isDots(folder)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isDots(String segment) {
    return segment.equals(".") || segment.equals("..");
  }
}
