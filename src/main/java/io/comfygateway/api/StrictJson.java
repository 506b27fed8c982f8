package io.comfygateway.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.JsonLimits;
import io.comfygateway.config.StorableText;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.workflow.RunState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/**
 * Refuses JSON that two readers could read differently: of two values of one key, the gateway could
 * check one and ComfyUI use the other.
 */
final class StrictJson {
  private static final int DEEPEST = 100;
  private static final int LONGEST_NUMBER = 100;
  private static final int LONGEST_NAME = 1_000;
  private static final int LONGEST_SHOWN = 100;
  private static final int LONGEST_TEXT = 32 * 1024 * 1024;

  private static final int PIECE = 8_192;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEEPEST)
                          .maxNumberLength(LONGEST_NUMBER)
                          .maxNameLength(LONGEST_NAME)
                          .maxStringLength(LONGEST_TEXT)
                          .maxTokenCount(JsonLimits.MOST_TOKENS)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * Reads a value.
   *
   * @param what what is read, as the subject of a sentence, such as {@code The body}
   * @throws Problem {@link ProblemType#INVALID_JSON} with the line and column, or the pointer, of
   *     what is wrong
   */
  JsonNode read(byte[] utf8, String what) {
    checkLetters(utf8, what);
    JsonNode value = parsed(utf8, what);
    check(value, JsonPointer.empty());
    return value;
  }

  // Given bytes, Jackson would guess the encoding.
  private JsonNode parsed(byte[] utf8, String what) {
    try (Reader text =
        new InputStreamReader(new ByteArrayInputStream(utf8), StandardCharsets.UTF_8)) {
      return mapper.readTree(text);
    } catch (JsonProcessingException e) {
      throw invalid(what + " is not valid JSON" + place(e.getLocation()) + ": " + reason(e));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String place(JsonLocation at) {
    return at == null || at.getLineNr() < 1
        ? ""
        : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  // Without the names of Jackson's own methods and sources.
  private static String reason(JsonProcessingException e) {
    if (e.getOriginalMessage().startsWith("Trailing token")) {
      return "something follows after the value; send one value";
    }
    if (e.getOriginalMessage().startsWith("String value length")) {
      return "a text in it is longer than %d characters; send files as multipart/form-data"
          .formatted(LONGEST_TEXT);
    }
    return e.getOriginalMessage()
        .replaceAll(", from `[^`]*+`", "")
        .replaceAll("\\(for `[^`]*+`[^)]*+\\)", "");
  }

  // Piece by piece: as one text, a large body would take three times its size.
  private static void checkLetters(byte[] utf8, String what) {
    int mark = BYTE_ORDER_MARK.length;
    if (utf8.length >= mark && Arrays.equals(utf8, 0, mark, BYTE_ORDER_MARK, 0, mark)) {
      throw invalid(what + " begins with a byte order mark; send UTF-8 without it.");
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(utf8);
    CharBuffer piece = CharBuffer.allocate(Math.min(utf8.length, PIECE) + 1);
    CoderResult result = CoderResult.OVERFLOW;
    while (result.isOverflow()) {
      result = decoder.decode(bytes, piece.clear(), true);
    }
    if (result.isError()) {
      throw invalid(
          what
              + " is not UTF-8: byte "
              + bytes.position()
              + " (counted from 0) starts no character.");
    }
  }

  private static void check(JsonNode value, JsonPointer at) {
    if (value.isTextual()) {
      checkText(value.asText(), at);
    } else if (value.isFloatingPointNumber() && !Double.isFinite(value.asDouble())) {
      throw Problem.ofField(
          ProblemType.INVALID_JSON,
          at.toString(),
          "The number at %s is NaN, Infinity or too large; the largest is %s."
              .formatted(at, String.format(Locale.ROOT, "%.2e", Double.MAX_VALUE)));
    } else if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        if (value.get(i).isContainerNode() || !value.get(i).isIntegralNumber()) {
          check(value.get(i), at.appendIndex(i));
        }
      }
    } else if (value instanceof ObjectNode object) {
      RunState.drop(object);
      for (Map.Entry<String, JsonNode> field : value.properties()) {
        checkText(field.getKey(), at);
        check(field.getValue(), at.appendProperty(field.getKey()));
      }
    }
  }

  private static void checkText(String text, JsonPointer at) {
    StorableText.fault(text)
        .ifPresent(
            why -> {
              throw Problem.ofField(
                  ProblemType.INVALID_JSON, at.toString(), "A text at %s %s.".formatted(at, why));
            });
  }

  /** The pointer to a member of an object. */
  static String pointer(String parent, String name) {
    return JsonPointer.compile(parent).appendProperty(name).toString();
  }

  /** A name as a message shows it: a body may have names of a thousand characters. */
  static String shown(String name) {
    return name.length() <= LONGEST_SHOWN ? name : name.substring(0, LONGEST_SHOWN) + "…";
  }

  private static Problem invalid(String detail) {
    return new Problem(ProblemType.INVALID_JSON, detail);
  }
}
