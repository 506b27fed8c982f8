package io.comfygateway.output;

import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.SafeName;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What sort of thing an output is, as the API's {@code kind} says it in lower case. */
public enum OutputKind {
  IMAGE,
  VIDEO,
  AUDIO,
  /** A 3D model. */
  MODEL,
  TEXT,
  FILE;

  // The keys under which ComfyUI's own nodes and the widely used ones report their files.
  private static final Map<String, OutputKind> BY_KEY =
      Map.of(
          "images", IMAGE, "gifs", VIDEO, "video", VIDEO, "videos", VIDEO, "audio", AUDIO, "3d",
          MODEL, "mesh", MODEL);

  /**
   * The kind of a file that a node reported. The name decides; the key helps where the name says
   * nothing, since nodes report videos under {@code images} and images under {@code gifs}.
   *
   * @param filename the file's name
   * @param key the key of the node's output that the file stands under
   */
  public static OutputKind of(String filename, String key) {
    return ContentTypes.ofName(filename)
        .map(OutputKind::ofContentType)
        .orElseGet(() -> hasNoExtension(filename) ? BY_KEY.getOrDefault(key, FILE) : FILE);
  }

  /** The kind of a media type. */
  public static OutputKind ofContentType(String contentType) {
    String type = contentType.split("/", 2)[0];
    return switch (type) {
      case "image" -> IMAGE;
      case "video" -> VIDEO;
      case "audio" -> AUDIO;
      case "model" -> MODEL;
      case "text" -> TEXT;
      default ->
          contentType.equals("application/json") || contentType.equals("application/x-subrip")
              ? TEXT
              : FILE;
    };
  }

  /** Whether an empty file of the kind is a fault. */
  public boolean isMedia() {
    return this == IMAGE || this == VIDEO || this == AUDIO || this == MODEL;
  }

  /** The kind of a word, such as {@code image}; empty where it is none. */
  public static Optional<OutputKind> ofWord(String word) {
    for (OutputKind kind : values()) {
      if (kind.word().equals(word)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }

  /** The word that the API uses. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static boolean hasNoExtension(String filename) {
    return SafeName.extension(filename).isEmpty();
  }
}
