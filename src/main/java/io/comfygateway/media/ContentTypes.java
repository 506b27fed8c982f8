package io.comfygateway.media;

import static java.util.Map.entry;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Media types of outputs, by the name of a file and by its first bytes. */
public final class ContentTypes {
  /** The type of a file of which nothing is known. */
  public static final String UNKNOWN = "application/octet-stream";

  /** How many of a file's first bytes {@link #isPage} reads. */
  public static final int PAGE_HEAD = 4096;

  static final String SAFETENSORS = "application/x-safetensors";
  static final String GGUF = "application/x-gguf";

  private static final Map<String, String> BY_EXTENSION =
      Map.ofEntries(
          entry("png", "image/png"),
          entry("apng", "image/apng"),
          entry("jpg", "image/jpeg"),
          entry("jpeg", "image/jpeg"),
          entry("gif", "image/gif"),
          entry("webp", "image/webp"),
          entry("avif", "image/avif"),
          entry("heic", "image/heic"),
          entry("bmp", "image/bmp"),
          entry("tif", "image/tiff"),
          entry("tiff", "image/tiff"),
          entry("svg", "image/svg+xml"),
          entry("exr", "image/x-exr"),
          entry("psd", "image/vnd.adobe.photoshop"),
          entry("mp4", "video/mp4"),
          entry("m4v", "video/mp4"),
          entry("webm", "video/webm"),
          entry("mkv", "video/x-matroska"),
          entry("mov", "video/quicktime"),
          entry("avi", "video/x-msvideo"),
          entry("mp3", "audio/mpeg"),
          entry("wav", "audio/wav"),
          entry("flac", "audio/flac"),
          entry("ogg", "audio/ogg"),
          entry("oga", "audio/ogg"),
          entry("ogv", "video/ogg"),
          entry("opus", "audio/ogg"),
          entry("m4a", "audio/mp4"),
          entry("aac", "audio/aac"),
          entry("glb", "model/gltf-binary"),
          entry("gltf", "model/gltf+json"),
          entry("obj", "model/obj"),
          entry("ply", "model/ply"),
          entry("stl", "model/stl"),
          entry("fbx", "model/fbx"),
          entry("usdz", "model/vnd.usdz+zip"),
          entry("safetensors", SAFETENSORS),
          entry("latent", SAFETENSORS),
          entry("sft", SAFETENSORS),
          entry("gguf", GGUF),
          entry("txt", "text/plain"),
          entry("log", "text/plain"),
          entry("cube", "text/plain"),
          entry("mtl", "text/plain"),
          entry("ini", "text/plain"),
          entry("tsv", "text/tab-separated-values"),
          entry("yaml", "application/yaml"),
          entry("yml", "application/yaml"),
          entry("toml", "application/toml"),
          entry("md", "text/markdown"),
          entry("csv", "text/csv"),
          entry("vtt", "text/vtt"),
          entry("srt", "application/x-subrip"),
          entry("json", "application/json"),
          entry("xml", "application/xml"),
          entry("html", "text/html"),
          entry("htm", "text/html"),
          entry("js", "text/javascript"),
          entry("css", "text/css"),
          entry("pdf", "application/pdf"),
          entry("zip", "application/zip"),
          entry("gz", "application/gzip"));

  // Containers: their first bytes do not say what is inside, the name may.
  private static final Map<String, Set<String>> HELD_BY =
      Map.of(
          "application/zip", Set.of("model/vnd.usdz+zip"),
          "video/mp4", Set.of("audio/mp4", "video/quicktime"),
          "video/webm", Set.of("video/x-matroska"),
          "video/x-matroska", Set.of("video/webm"),
          "audio/ogg", Set.of("video/ogg"),
          "image/png", Set.of("image/apng"));

  private static final Set<String> USUAL = Set.of("txt", "safetensors");

  // Of several extensions of a type: the usual one, or the one named like it, else the shortest.
  private static final Map<String, String> ENDINGS =
      BY_EXTENSION.entrySet().stream()
          .sorted(
              Comparator.comparing(
                      (Map.Entry<String, String> known) ->
                          !USUAL.contains(known.getKey())
                              && !known.getValue().endsWith("/" + known.getKey()))
                  .thenComparing(known -> known.getKey().length())
                  .thenComparing(Map.Entry::getKey))
          .collect(
              Collectors.toUnmodifiableMap(
                  Map.Entry::getValue, known -> "." + known.getKey(), (first, next) -> first));

  private ContentTypes() {}

  /**
   * Whether a file begins as an HTML page, after white space and comments.
   *
   * @param head its first bytes, {@link #PAGE_HEAD} where it has them
   */
  public static boolean isPage(byte[] head) {
    return Markup.isPage(HarmfulContent.decoded(head));
  }

  /**
   * The media type of a file. Where its bytes and its name disagree, the bytes decide, since custom
   * nodes name files as they like.
   *
   * @param filename the file's name
   * @param head its first bytes, 64 or more where it has them
   */
  public static String of(String filename, byte[] head) {
    Optional<String> named = ofName(filename);
    Optional<String> seen = ofBytes(head);
    if (seen.isEmpty()
        || named.filter(HELD_BY.getOrDefault(seen.get(), Set.of())::contains).isPresent()) {
      return named.orElse(UNKNOWN);
    }
    return seen.get();
  }

  /** The types that the name of a text may give it: none that a program would run. */
  private static final Set<String> TEXTS =
      Set.of(
          "text/plain",
          "text/markdown",
          "text/csv",
          "text/tab-separated-values",
          "text/vtt",
          "application/x-subrip",
          "application/yaml",
          "application/toml",
          "application/json",
          "model/gltf+json",
          "model/obj",
          "model/ply",
          "model/stl");

  /**
   * The media type of a file that is text by its bytes.
   *
   * @param isJson whether it is JSON
   */
  static String ofText(String filename, boolean isJson) {
    return ofName(filename)
        .filter(TEXTS::contains)
        .filter(type -> isJson || !type.endsWith("json"))
        .orElse(isJson ? "application/json" : "text/plain");
  }

  /** By the extension alone. */
  public static Optional<String> ofName(String filename) {
    return Optional.ofNullable(BY_EXTENSION.get(SafeName.extension(filename)));
  }

  /**
   * The name with an extension for what the file is: servers tell browsers by the extension what to
   * do with it. An extension of that type is kept.
   */
  public static String named(String filename, String type) {
    if (ofName(filename).filter(type::equals).isPresent()) {
      return filename;
    }
    return filename + ENDINGS.getOrDefault(type, "");
  }

  /** The name with the extension of a media type in the place of its own. */
  public static String renamed(String filename, String type) {
    String extension = SafeName.extension(filename);
    String stem =
        extension.isEmpty()
            ? filename
            : filename.substring(0, filename.length() - extension.length() - 1);
    return stem + ENDINGS.getOrDefault(type, "");
  }

  /** By the first bytes alone; formats without a signature, such as text, are not found. */
  public static Optional<String> ofBytes(byte[] head) {
    return Signature.find(head);
  }
}
