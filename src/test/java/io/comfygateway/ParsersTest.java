package io.comfygateway;

import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.config.Wildcard;
import io.comfygateway.egress.UrlGuard;
import io.comfygateway.media.ContentTypes;
import io.comfygateway.media.FileRules;
import io.comfygateway.media.SafeName;
import io.comfygateway.media.UnfitFileException;
import io.comfygateway.output.ByteRange;
import io.comfygateway.output.ContentDisposition;
import io.comfygateway.output.EntityTag;
import io.comfygateway.problem.Problem;
import io.comfygateway.prompt.DataUri;
import io.comfygateway.prompt.UploadName;
import io.comfygateway.webhook.CallbackHeaders;
import io.comfygateway.workflow.FileKind;
import io.comfygateway.workflow.Graph;
import io.comfygateway.workflow.InputType;
import io.comfygateway.workflow.Inputs;
import io.comfygateway.workflow.LoadedFiles;
import io.comfygateway.workflow.SavePrefix;
import io.comfygateway.workflow.SeedChoice;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A megabyte of one building block, of what a parser is made to read, ends in an answer: no stack
 * or heap is used up, and the time grows with the length and not with its square.
 */
@Timeout(60)
@Tag("slow")
class ParsersTest {
  private static final int MEGABYTE = 1 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir private Path folder;

  private interface Parser {
    void read(String text) throws Exception;
  }

  private static final Map<String, Parser> PARSERS =
      Map.ofEntries(
          Map.entry("safe name", SafeName::of),
          Map.entry("extension", SafeName::extension),
          Map.entry("type of a name", ContentTypes::ofName),
          Map.entry("type of bytes", text -> ContentTypes.ofBytes(bytes(text))),
          Map.entry("upload", text -> UploadName.of(new UUID(1, 2), text)),
          Map.entry("data URI", text -> DataUri.parse("data:" + text, MEGABYTE, "/a")),
          Map.entry("base64", text -> DataUri.parse(text, MEGABYTE, "/a")),
          Map.entry("callback header", text -> CallbackHeaders.check(Map.of("a", text))),
          Map.entry("callback header's name", text -> CallbackHeaders.check(Map.of(text, "a"))),
          Map.entry("URL", new UrlGuard("")::check),
          Map.entry("URL's host", text -> new UrlGuard("").check("http://" + text)),
          Map.entry("If-None-Match", new EntityTag("\"a\"")::isIn),
          Map.entry("Range", text -> ByteRange.parse("bytes=" + text, 10)),
          Map.entry("Content-Disposition", text -> ContentDisposition.of("text/plain", text)),
          Map.entry("node class", new Wildcard("*a*1*.*b")::covers),
          Map.entry("seed", text -> SeedChoice.parse(JSON.valueToTree(text))),
          Map.entry("path", ParsersTest::path),
          Map.entry("prefix", text -> SavePrefix.require(graph("filename_prefix", text), "")),
          Map.entry("input", ParsersTest::input));

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "a",
        "1",
        "_",
        "1_",
        "1_1",
        "1.",
        "e1",
        "-",
        "+",
        ".",
        "..",
        "../",
        "..\\",
        "/",
        "\\",
        ":",
        "a:",
        "%",
        "%2",
        "%25",
        "=",
        ",",
        ";",
        "\"",
        "\"a\",",
        "W/",
        "W/\"",
        "'",
        "(",
        "<",
        "<a",
        "<!--",
        "<!---->",
        "<?xml?>",
        "\uFEFF",
        "\n",
        "\r\n",
        "\t",
        "\0",
        "[",
        "[output]",
        "{",
        "con.",
        "xn--a.",
        "a.",
        "*",
        "@",
        "\u00e9",
        "e\u0301",
        "\u0323\u0301",
        "\ud83d\ude00",
        "\ud83d",
        "bytes=",
        "0-0,",
        "data:",
        ";base64,",
        "http://"
      })
  void a_megabyte_of_a_text_is_read_or_refused(String block) {
    // An expression that backtracks does so where the end does not fit.
    String text = block.repeat(MEGABYTE / block.length()) + "!";
    PARSERS.forEach(
        (name, parser) ->
            assertThatCode(() -> answer(parser, text)).as(name).doesNotThrowAnyException());
  }

  private static void answer(Parser parser, String text) throws Exception {
    try {
      parser.read(text);
    } catch (Problem | IllegalArgumentException refused) {
      return;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "20",
        "0A",
        "0D0A",
        "00",
        "FF",
        "28",
        "29",
        "5D28",
        "4E",
        "63610A610A",
        "5661",
        "490A",
        "70300A",
        "28630A",
        "3C",
        "3C612F3E",
        "3C212D2D2D2D3E",
        "3C212D2D",
        "3C3F786D6C3F3E",
        "3C3F",
        "EFBBBF",
        "FFFE",
        "7B",
        "5B",
        "7B2261223A",
        "5B5D2C",
        "2F2F0A",
        "230A",
        "7620300A",
        "C3A9",
        "C3",
        "504B0506",
        "504B0102",
        "504B0304",
        "1F8B",
        "52494646",
        "0000000866726565",
        "FFD8FFD9",
        "FFE00002",
        "FFD000",
        "FF00",
        "7573746172",
        "2321",
        "2E",
        "80"
      })
  void a_megabyte_of_bytes_is_judged_behind_any_beginning(String block) {
    byte[] one = HexFormat.of().parseHex(block);
    for (String head :
        new String[] {
          "",
          "89504E470D0A1A0A",
          "89504E470D0A1A0A0000000D494844520000000100000001080200000000000000",
          "FFD8FFE00002",
          "FFD8FFDA0002",
          "474946383961010001000000000000",
          "474946383961010001000000002101",
          "524946460000100057454250",
          "424D0000000000000000360000002800000001000000010000000100180000000000",
          "00000018667479706D703432",
          "524946460400000057415645",
          "676C5446020000001400000000",
          "0200000000000000" + "7B7D",
          "EFBBBF",
          "80"
        }) {
      byte[] start = HexFormat.of().parseHex(head);
      byte[] bytes = new byte[MEGABYTE];
      System.arraycopy(start, 0, bytes, 0, start.length);
      for (int at = start.length; at < bytes.length; at++) {
        bytes[at] = one[(at - start.length) % one.length];
      }
      assertThatCode(() -> judge(bytes)).as(head).doesNotThrowAnyException();
    }
  }

  private void judge(byte[] bytes) throws Exception {
    try {
      Path file = Files.write(folder.resolve("file"), bytes);
      new FileRules(2 * MEGABYTE, 10_000, 1).typeOf(InputType.FILE, FileKind.USUAL, "a", file);
    } catch (UnfitFileException refused) {
      return;
    }
  }

  private static void path(String text) {
    new LoadedFiles(Optional.empty(), Optional.empty()).require(graph("image", text), "/prompt");
  }

  private static void input(String text) {
    ObjectNode inputs = JSON.createObjectNode().put("1.steps", text).put(text, 1);
    new Inputs(true, Optional.empty()).apply(graph("steps", "1"), inputs);
  }

  private static Graph graph(String field, String text) {
    ObjectNode graph = JSON.createObjectNode();
    graph.putObject("1").put("class_type", "Load").putObject("inputs").put(field, text);
    return Graph.parse(graph, "/prompt", new Graph.Limits(10, 32, 4 * MEGABYTE));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
