package io.comfygateway.route;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;

/**
 * The files {@code *.camel.yaml} in the routes folder and its folders. A change of a file takes
 * effect while the gateway runs: it is first built separately ({@link RouteTrial}), then its routes
 * are exchanged, after what they had in work is done ({@link RouteExchange}). A file that cannot be
 * loaded leaves the running routes unchanged, and {@link #faults()} reports it until it is fixed.
 */
public final class RouteFiles {
  private static final String WHOLE_FOLDER = ".";

  private final RouteFolder folder;
  private final RouteJudgement judgement;
  private final RouteTrial trial;
  private final RouteExchange exchange;
  private final RouteTexts texts;
  private final RunningFiles running;
  private final RefusedFiles refused = new RefusedFiles();
  private Map<String, RouteFolder.Found> lastFiles = Map.of();
  private boolean nothingRuns = true;
  private volatile List<RouteFault> faults = List.of();
  private volatile List<String> unloaded = List.of();

  private RouteFiles(
      RouteFolder folder,
      RouteJudgement judgement,
      RouteTrial trial,
      RouteExchange exchange,
      RouteTexts texts) {
    this.folder = folder;
    this.judgement = judgement;
    this.trial = trial;
    this.exchange = exchange;
    this.texts = texts;
    this.running = new RunningFiles(texts);
  }

  /**
   * The files of a folder.
   *
   * @param properties what placeholders in routes stand for
   */
  public static RouteFiles of(
      CamelContext context, Path folder, Properties properties, RouteManner manner) {
    ModelCamelContext model = (ModelCamelContext) context;
    OwnRoutes.prepare(model);
    model.addModelLifecycleStrategy(new OffRoutes(Map.of()));
    Drain drain = new Drain(model, manner.requests(), manner.longestDrain());
    RouteTexts texts = new RouteTexts();
    return new RouteFiles(
        RouteFolder.of(folder, properties),
        new RouteJudgement(context, manner.beans(), properties, texts),
        new RouteTrial(() -> TrialContext.of(context, properties), texts),
        new RouteExchange(model, drain, manner.requests(), manner.templates(), texts),
        texts);
  }

  /** What keeps files from being the ones that run, and operations that no route serves. */
  public List<RouteFault> faults() {
    return faults;
  }

  /** The files with routes that the gateway calls of which no version runs. */
  public List<String> unloaded() {
    return unloaded;
  }

  /** Takes over what has changed since the last time; called again and again. */
  public synchronized void refresh() {
    try {
      Map<String, RouteFolder.Found> files = folder.read();
      refused.clear(WHOLE_FOLDER);
      RouteRound round =
          new RouteRound(files, running, refused, judgement, trial, exchange, nothingRuns);
      round.run();
      if (!files.equals(lastFiles)) {
        refused.note(round.judged(), folder.unread());
        lastFiles = files;
      }
      nothingRuns = false;
      unloaded = UnloadedSteps.among(files, running.names());
    } catch (IOException e) {
      refused.report(
          WHOLE_FOLDER,
          RefusedFiles.NO_TEXT,
          new IOException("the routes folder cannot be read: " + e));
    } finally {
      texts.forget();
    }
    faults = refused.faults();
  }
}
