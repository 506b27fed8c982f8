package io.comfygateway.custom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.comfygateway.exchange.OnDone;
import io.comfygateway.job.Job;
import io.comfygateway.output.MediaCheck;
import io.comfygateway.output.OutputFile;
import io.comfygateway.output.OutputKind;
import io.comfygateway.output.OutputRefusedException;
import io.comfygateway.output.SpooledFile;
import io.comfygateway.problem.Problem;
import io.comfygateway.problem.ProblemType;
import io.comfygateway.problem.Warning;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step at which each output passes through {@code direct:custom-output}, where there is one,
 * before it is stored. The route may change the file, hold it back, or refuse it, which fails the
 * job. A route that fails is tried again with its stage: a file that it has not passed is never
 * stored.
 */
public final class CustomOutput {
  private static final Logger LOG = LoggerFactory.getLogger(CustomOutput.class);
  private static final String ROUTE = "custom-output";
  private static final String OUTPUT = "output";
  private static final String FILENAME = "filename";

  /** The header with which a route holds a file back; its value is the reason. */
  private static final String HOLD_BACK = "GatewayHoldBack";

  private final TimeLimitedRoute routes;
  private final UnloadedFiles unloaded;
  private final Path folder;
  private final ObjectMapper json;
  private final IntPredicate retried;

  /**
   * @param unloaded files that keep outputs from being stored
   * @param folder where files lie while the route works on them
   * @param retried the statuses of a service after which the route is called again until it passes
   */
  public CustomOutput(
      TimeLimitedRoute routes,
      UnloadedFiles unloaded,
      Path folder,
      ObjectMapper json,
      IntPredicate retried) {
    this.routes = routes;
    this.unloaded = unloaded;
    this.folder = folder;
    this.json = json;
    this.retried = retried;
  }

  /**
   * Passes a file that ComfyUI answered through the route. The body is then what is to be stored;
   * {@code file} has the name that the route gave it, and {@code heldBack} is true where nothing is
   * to be stored.
   *
   * @param leftOut gets a warning for a file that is held back
   * @throws OutputRefusedException where the route refuses the file
   * @throws CustomStepException where the route fails, or makes of the file what it cannot be
   * @throws IOException where the file cannot be fetched now, or is not what its name says
   */
  public void pass(
      Exchange exchange,
      @ExchangeProperty("job") Job job,
      @ExchangeProperty("file") OutputFile file,
      @ExchangeProperty("leftOut") List<Warning> leftOut,
      @Header(Exchange.HTTP_RESPONSE_CODE) int status,
      @Header(Exchange.CONTENT_TYPE) @Nullable String contentType,
      @Header("Content-Length") @Nullable Long length,
      @Body @Nullable InputStream answer)
      throws IOException, OutputRefusedException {
    boolean exists = routes.exists(ROUTE);
    unloaded.requireNoneForOutput();
    if (!exists || status != 200 || answer == null) {
      return;
    }
    InputStream bytes = new BufferedInputStream(answer);
    MediaCheck.requireNoPage(file, contentType, bytes);
    OptionalLong expected = length == null ? OptionalLong.empty() : OptionalLong.of(length);
    SpooledFile original = SpooledFile.of(folder, bytes, expected);
    PassedFile passed = new PassedFile(ROUTE, folder, original);
    try (passed) {
      Exchange own = own(exchange.getContext(), job, file, original);
      call(own, passed);
      Optional<Problem> refusal = CustomRefusal.of(own, ROUTE);
      if (refusal.isPresent()) {
        throw refused(file, refusal.get());
      }
      Object heldBack = own.getMessage().getHeader(HOLD_BACK);
      if (heldBack != null) {
        String reason = CustomRefusal.shortened(heldBack.toString());
        leftOut.add(Warning.ofNode("output_held_back", file.node(), reason));
        exchange.setProperty("heldBack", true);
        LOG.info("output held back job={} index={} node={}", job.id(), file.index(), file.node());
        return;
      }
      hand(exchange, passed, renamed(file, own.getProperty(OUTPUT, JsonNode.class)));
    }
  }

  private Exchange own(CamelContext context, Job job, OutputFile file, SpooledFile original)
      throws IOException {
    String type = original.contentType(file.filename());
    ObjectNode output = json.createObjectNode();
    output.put("index", file.index());
    output.put("node", file.node());
    output.put("kind", file.kind().word());
    output.put(FILENAME, file.filename());
    output.put("content_type", type);
    output.put("bytes", original.bytes());
    output.put("sha256", original.sha256());
    original
        .dimensions()
        .ifPresent(size -> output.put("width", size.width()).put("height", size.height()));
    Exchange own = new DefaultExchange(context);
    own.setProperty(OUTPUT, output);
    own.setProperty("jobId", job.id());
    own.setProperty("caller", json.createObjectNode().put("name", job.owner()));
    job.workflow().ifPresent(workflow -> own.setProperty("workflow", workflow));
    own.setProperty("metadata", job.facts().metadata().deepCopy());
    own.getMessage().setHeader(Exchange.CONTENT_TYPE, type);
    own.getMessage().setBody(original.path().toFile());
    return own;
  }

  private void call(Exchange own, PassedFile passed) throws CustomStepException {
    boolean isDone;
    try {
      isDone = routes.call(ROUTE, own, passed::read);
    } catch (Problem busy) {
      throw CustomFailure.of(ROUTE, busy, retried);
    }
    if (!isDone) {
      throw CustomFailure.late(routes, ROUTE);
    }
    Exception failure = own.getException();
    if (failure instanceof CustomStepException unfit) {
      throw unfit;
    } else if (failure != null) {
      throw CustomFailure.of(ROUTE, failure, retried);
    }
  }

  private static OutputRefusedException refused(OutputFile file, Problem problem)
      throws CustomStepException {
    if (problem.type() == ProblemType.CUSTOM_ROUTE_FAILED) {
      throw new CustomStepException(String.valueOf(problem.getMessage()), false, problem);
    }
    return new OutputRefusedException(file.node(), String.valueOf(problem.getMessage()));
  }

  private static OutputFile renamed(OutputFile file, @Nullable JsonNode output) {
    String name = output == null ? "" : output.path(FILENAME).asText("");
    return name.isBlank() || name.equals(file.filename())
        ? file
        : file.named(name, OutputKind.of(name, ""));
  }

  // The file is read when it is stored, which may fail before it begins to read.
  private static void hand(Exchange exchange, PassedFile passed, OutputFile file)
      throws IOException {
    SpooledFile stored = passed.take(file);
    exchange.setProperty("file", file);
    exchange.getMessage().setHeader("Content-Length", stored.bytes());
    exchange.getMessage().removeHeader(Exchange.CONTENT_TYPE);
    InputStream content = stored.lastReading();
    exchange.getMessage().setBody(content);
    OnDone.run(
        exchange,
        () -> {
          try {
            content.close();
          } catch (IOException e) {
            LOG.debug("a spooled file is left to the sweep", e);
          }
        });
  }
}
