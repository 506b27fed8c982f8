package io.comfygateway.route;

import io.comfygateway.config.Suggestion;
import io.comfygateway.extension.CamelParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import net.thisptr.jackson.jq.exception.JsonQueryException;
import org.apache.camel.CamelContext;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.NoSuchEndpointException;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.ResolveEndpointFailedException;
import org.apache.camel.component.bean.MethodNotFoundException;
import org.apache.camel.model.CatchDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SendDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.reifier.language.ExpressionReifier;
import org.apache.camel.spi.EndpointUriFactory;

/**
 * Builds the parts of each step of a route by themselves: its endpoint, its expression, its
 * exception classes. Camel stops at the first fault of a route, and says only which route it is.
 */
final class StepCheck {
  private static final Set<String> PREDICATES = Set.of("filter", "when", "validate");

  private final CamelContext context;
  private final List<StepFault> faults = new ArrayList<>();

  /**
   * What is wrong with a step.
   *
   * @param line its line; 0 where it is not known
   * @param step what it is, such as {@code to} or {@code filter}
   */
  record StepFault(int line, String step, String detail, String remedy) {}

  StepCheck(CamelContext context) {
    this.context = context;
  }

  /** The faults of a route, in its order. */
  List<StepFault> faults(RouteDefinition route) {
    tryEndpoint(route.getInput().getLineNumber(), "from", route.getInput().getEndpointUri());
    route.getOutputs().forEach(this::step);
    return faults;
  }

  private void step(ProcessorDefinition<?> step) {
    int line = step.getLineNumber();
    if (step instanceof SendDefinition<?> send && !(step instanceof ToDynamicDefinition)) {
      tryEndpoint(line, step.getShortName(), send.getEndpointUri());
    }
    if (step instanceof ExpressionNode node) {
      boolean isPredicate = PREDICATES.contains(step.getShortName());
      tryExpression(line, step.getShortName(), node.getExpression(), isPredicate);
    }
    if (step instanceof CatchDefinition caught) {
      tryClasses(line, step.getShortName(), caught.getExceptions());
    }
    if (step instanceof OnExceptionDefinition caught) {
      tryClasses(line, step.getShortName(), caught.getExceptions());
    }
    if (step.getOutputs() != null) {
      step.getOutputs().forEach(this::step);
    }
  }

  private void tryEndpoint(int line, String step, String uri) {
    if (uri == null || uri.startsWith("kamelet:") || uri.startsWith("ref:")) {
      // Which are there only when all files are.
      return;
    }
    tried(line, step, () -> context.getEndpoint(uri));
  }

  private void tryExpression(
      int line, String step, ExpressionDefinition expression, boolean isPredicate) {
    if (expression == null || expression.getLanguage() == null) {
      return;
    }
    if (isLanguageMissing(expression.getLanguage())) {
      faults.add(
          new StepFault(
              line,
              step,
              "There is no language \"" + expression.getLanguage() + "\" here",
              CamelParts.shipped()
                  .library("language", expression.getLanguage())
                  .map(library -> "run ./gateway add " + library + ", then start the gateway anew")
                  .orElse("name another language")));
      return;
    }
    tried(
        line,
        step,
        () ->
            isPredicate
                ? ExpressionReifier.reifier(context, expression).createPredicate()
                : ExpressionReifier.reifier(context, expression).createExpression());
  }

  private boolean isLanguageMissing(String language) {
    try {
      return context.resolveLanguage(language) == null;
    } catch (NoSuchLanguageException e) {
      return true;
    }
  }

  private void tryClasses(int line, String step, List<String> names) {
    for (String name : names) {
      if (context.getClassResolver().resolveClass(name) == null) {
        faults.add(
            new StepFault(line, step, "There is no class " + name, "fix the name of the class"));
      }
    }
  }

  private void tried(int line, String step, Callable<?> part) {
    try {
      part.call();
    } catch (NoSuchEndpointException e) {
      // Of a component that is missing, which is named already.
      return;
    } catch (StackOverflowError e) {
      // An expression that nests too deep, which is named by its own line.
      return;
    } catch (Exception | LinkageError e) {
      // Beans and jq in expressions are looked at by their own line.
      boolean isKnown =
          isOf(e, MethodNotFoundException.class)
              || isOf(e, NoSuchBeanException.class)
              || isOf(e, JsonQueryException.class);
      if (!isKnown || step.equals("to") || step.equals("from")) {
        faults.add(fault(line, step, e));
      }
    }
  }

  private static boolean isOf(Throwable thrown, Class<?> type) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private StepFault fault(int line, String step, Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof ResolveEndpointFailedException failed) {
        Optional<StepFault> options = unknownOption(line, step, failed);
        if (options.isPresent()) {
          return options.get();
        }
      }
      if (cause instanceof NoSuchBeanException) {
        return new StepFault(line, step, oneLine(cause), "fix the name");
      }
    }
    Throwable deepest = thrown;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return new StepFault(line, step, oneLine(deepest), "fix it there");
  }

  // Camel says: Unknown parameters=[{often=5}]
  private Optional<StepFault> unknownOption(
      int line, String step, ResolveEndpointFailedException failed) {
    String message = String.valueOf(failed.getMessage());
    int begin = message.indexOf("Unknown parameters=[{");
    if (begin < 0) {
      return Optional.empty();
    }
    String option = message.substring(begin + "Unknown parameters=[{".length()).split("[=}]", 2)[0];
    String scheme = failed.getUri().split(":", 2)[0];
    EndpointUriFactory factory = context.getCamelContextExtension().getEndpointUriFactory(scheme);
    Set<String> known = factory == null ? Set.of() : new TreeSet<>(factory.propertyNames());
    return Optional.of(
        new StepFault(
            line,
            step,
            "The component \""
                + scheme
                + "\" has no option \""
                + option
                + "\""
                + Suggestion.didYouMean(option, known),
            "fix the name of the option"));
  }

  private static String oneLine(Throwable thrown) {
    String text =
        thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
    return text.strip().replaceAll("\\s+", " ").replaceAll("\\.$", "");
  }
}
