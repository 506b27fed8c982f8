package io.comfygateway.media;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.comfygateway.workflow.FileKind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** Text files in UTF-8 and their contents: JSON, or a model as text. */
final class TextScan {
  private static final int DEEPEST = 200;
  private static final int BEGINNING = 4_096;
  // ComfyUI's own JSON contains NaN.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** What the first line of a model as text begins with (OBJ, PLY, STL), comments left out. */
  private static final Set<String> MODEL_WORDS =
      Set.of("v", "vn", "vt", "vp", "o", "g", "s", "f", "mtllib", "usemtl", "ply", "solid");

  private TextScan() {}

  /** The kinds that a file is of; none where it is no text. */
  static Set<FileKind> kinds(Path file) throws IOException {
    if (!isText(file) || PickleScan.isPickle(file)) {
      return Set.of();
    }
    EnumSet<FileKind> kinds = EnumSet.of(FileKind.TEXT);
    JsonKind json = json(file);
    if (json != JsonKind.NONE) {
      kinds.add(FileKind.JSON);
    }
    if (json == JsonKind.GLTF || beginsLikeModel(file)) {
      kinds.add(FileKind.MODEL);
    }
    return kinds;
  }

  private enum JsonKind {
    NONE,
    PLAIN,
    GLTF
  }

  private static boolean isText(Path file) throws IOException {
    try (Reader reader = strict(file)) {
      char[] buffer = new char[8 * 1024];
      for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
        for (int i = 0; i < n; i++) {
          if (buffer[i] < ' ' && (buffer[i] < '\t' || buffer[i] > '\r') || buffer[i] == 0x7F) {
            return false;
          }
        }
      }
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }

  private static Reader strict(Path file) throws IOException {
    return new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder());
  }

  // glTF is an object that has "asset" (glTF 2.0, section 5.17).
  private static JsonKind json(Path file) throws IOException {
    boolean hasAsset = false;
    try (Reader reader = strict(file);
        JsonParser parser = JSON.createParser(withoutMark(reader))) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT && first != JsonToken.START_ARRAY) {
        return JsonKind.NONE;
      }
      int depth = 1;
      while (depth > 0) {
        JsonToken token = parser.nextToken();
        if (token == null) {
          return JsonKind.NONE;
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        hasAsset |=
            depth == 1 && token == JsonToken.FIELD_NAME && "asset".equals(parser.currentName());
      }
      return parser.nextToken() != null ? JsonKind.NONE : hasAsset ? JsonKind.GLTF : JsonKind.PLAIN;
    } catch (JsonProcessingException notJson) {
      return JsonKind.NONE;
    }
  }

  private static Reader withoutMark(Reader reader) throws IOException {
    BufferedReader buffered = new BufferedReader(reader);
    buffered.mark(1);
    if (buffered.read() != '\uFEFF') {
      buffered.reset();
    }
    return buffered;
  }

  private static boolean beginsLikeModel(Path file) throws IOException {
    try (FileBytes in = new FileBytes(file)) {
      String start = new String(in.peek(0, BEGINNING), StandardCharsets.UTF_8);
      return start
          .lines()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .findFirst()
          .filter(line -> MODEL_WORDS.contains(firstWord(line)))
          .isPresent();
    }
  }

  private static String firstWord(String line) {
    int end = line.indexOf(' ');
    return end < 0 ? line : line.substring(0, end);
  }
}
