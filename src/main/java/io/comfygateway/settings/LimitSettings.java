package io.comfygateway.settings;

import io.comfygateway.workflow.ValidationMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The settings of how much there may be: jobs, graphs, batches, inputs, event streams. */
public final class LimitSettings {
  private static final long GIB = 1_073_741_824L;

  public static final Setting<Integer> MAX_WAITING =
      Setting.of(
          "gateway.max-waiting",
          SettingTypes.limit(),
          "100000",
          "How many jobs may wait for a ComfyUI; more are answered 429. 0: no limit.");
  public static final Setting<Integer> MAX_WAITING_PER_KEY =
      Setting.of(
          "gateway.max-waiting-per-key",
          SettingTypes.limit(),
          "0",
          "How many jobs of one key may wait; more are answered 429. 0: no limit.");
  public static final Setting<Integer> MAX_RUNNING_PER_KEY =
      Setting.of(
          "gateway.max-running-per-key",
          SettingTypes.limit(),
          "0",
          "How many prompts of one key the servers may have at a time, running or ready; more wait. 0:"
              + " no limit.");
  public static final Setting<Path> NODES_FILE =
      Setting.of(
          "gateway.nodes.file",
          SettingTypes.file(),
          "config/nodes.yaml",
          "The node classes that graphs may use, and those that they may not, with the reasons; its"
              + " changes take effect without a restart.");
  public static final Setting<ValidationMode> VALIDATE =
      Setting.of(
          "gateway.validate",
          SettingType.required("off, warn or refuse", ValidationMode::parse),
          "warn",
          "What happens to a graph that its ComfyUI may refuse (docs/validation.md). off: nothing is"
              + " checked; warn: the job carries a warning, and ComfyUI decides; refuse: 422. What"
              + " every ComfyUI refuses is always answered 422.");
  public static final Setting<Integer> MAX_NODES =
      Setting.of(
          "gateway.max-nodes",
          SettingTypes.count(1, 100_000),
          "2000",
          "How many nodes a graph may have.");
  public static final Setting<Integer> WORKFLOWS_MAX =
      Setting.of(
          "gateway.workflows.max-uploaded",
          SettingTypes.count(0, 100_000),
          "1000",
          "How many uploaded workflows there may be (docs/workflows.md). 0: none can be uploaded.");
  public static final Setting<Integer> WORKFLOWS_VERSIONS =
      Setting.of(
          "gateway.workflows.versions",
          SettingTypes.count(1, 10_000),
          "100",
          "How many versions of each workflow are kept; what is current, what an alias names and what"
              + " a job ran stays beyond that.");
  public static final Setting<Long> WORKFLOWS_MAX_BYTES =
      Setting.of(
          "gateway.workflows.max-bytes",
          SettingTypes.bytes(1),
          "16777216",
          "How many bytes of JSON an uploaded workflow may have.");
  public static final Setting<Long> WORKFLOWS_MAX_STORED_BYTES =
      Setting.of(
          "gateway.workflows.max-stored-bytes",
          SettingTypes.bytes(1),
          "268435456",
          "How many bytes all kept versions of uploaded workflows may have together; an upload beyond"
              + " that is answered 409.");
  public static final Setting<List<String>> WORKFLOWS_NO_EDITOR_METADATA =
      Setting.of(
          "gateway.workflows.no-editor-metadata",
          SettingTypes.list("comma-separated names of keys, * for any characters"),
          "",
          "The keys whose jobs leave the editor's file of their workflow out of the outputs"
              + " (docs/workflows.md); keys created with --no-editor-metadata do so, too.");
  public static final Setting<Integer> MAX_TEXT =
      Setting.of(
          "gateway.max-text-characters",
          SettingTypes.count(1, 100_000_000),
          "1000000",
          "How many characters one text of a graph or of its inputs may have; files that inputs carry"
              + " do not count.");

  public static final Setting<Integer> BATCH_MAX_JOBS =
      Setting.of(
          "gateway.batch.max-jobs",
          SettingTypes.count(1, 1_000),
          "500",
          "How many jobs one batch may have (POST /batches).");
  public static final Setting<Long> BATCH_MAX_BYTES =
      Setting.of(
          "gateway.batch.max-bytes",
          SettingTypes.bytes(1, GIB),
          "16777216",
          "How many bytes the graphs of one batch may have, compressed and together; they are stored"
              + " in one transaction.");
  public static final Setting<Long> BATCH_MAX_UNPACKED =
      Setting.of(
          "gateway.batch.max-unpacked-bytes",
          SettingTypes.bytes(1, GIB),
          "67108864",
          "How many bytes they may have before they are compressed.");
  public static final Setting<Duration> BATCH_TIMEOUT =
      Setting.of(
          "gateway.batch.max-seconds",
          SettingTypes.seconds(1, 600),
          "30",
          "How long checking the jobs of one batch may take.");

  public static final Setting<Long> INPUT_MAX_BYTES =
      Setting.of(
          "gateway.input.max-bytes",
          SettingTypes.bytes(1),
          "104857600",
          "How large one input file may be, sent with the job or fetched from a URL.");
  public static final Setting<Long> INPUT_MAX_PIXELS =
      Setting.of(
          "gateway.input.max-pixels",
          SettingTypes.count(1, Long.MAX_VALUE),
          "100000000",
          "How many pixels an input picture may have, in all its frames together.");
  public static final Setting<Integer> INPUT_MAX_FILES =
      Setting.of(
          "gateway.input.max-files",
          SettingTypes.count(1, 1_000),
          "32",
          "How many input files a job may have.");
  public static final Setting<Integer> INPUT_MAX_FETCHES =
      Setting.of(
          "gateway.input.max-fetches",
          SettingTypes.count(1, 1_000),
          "16",
          "For how many jobs at a time the gateway fetches inputs that are named by URL; it does so"
              + " before the job waits for a ComfyUI.");
  public static final Setting<Integer> INPUT_MAX_FETCHES_PER_KEY =
      Setting.of(
          "gateway.input.max-fetches-per-key",
          SettingTypes.count(1, 1_000),
          "4",
          "For how many jobs of one key at a time.");

  public static final Setting<Integer> MAX_STREAMS =
      Setting.of(
          "gateway.events.max-streams",
          SettingTypes.count(1, 100_000),
          "1000",
          "How many event streams (GET /events) may be open; more are answered 503. Each is a"
              + " connection, so gateway.http.max-connections must be larger.");
  public static final Setting<Integer> MAX_STREAMS_PER_KEY =
      Setting.of(
          "gateway.events.max-streams-per-key",
          SettingTypes.count(1, 100_000),
          "20",
          "How many of them one key may have; more are answered 429.");
  public static final Setting<Integer> MAX_PREVIEW =
      Setting.of(
          "gateway.previews.max-bytes",
          SettingTypes.memory(1, 67_108_864),
          "1048576",
          "The largest preview of a running job that is kept for GET /jobs/{id}/preview.");
  public static final Setting<Integer> MAX_PREVIEWS =
      Setting.of(
          "gateway.previews.max-bytes-in-all",
          SettingTypes.memory(0, 1_073_741_824),
          "33554432",
          "How much memory the previews of all running jobs may take, one of each; what is beyond it is"
              + " not kept. 0: none are.");

  static final SettingGroup JOBS =
      new SettingGroup(
          "Limits of jobs and graphs",
          "",
          List.of(
              MAX_WAITING,
              MAX_WAITING_PER_KEY,
              MAX_RUNNING_PER_KEY,
              NODES_FILE,
              VALIDATE,
              MAX_NODES,
              MAX_TEXT,
              WORKFLOWS_MAX,
              WORKFLOWS_VERSIONS,
              WORKFLOWS_MAX_BYTES,
              WORKFLOWS_MAX_STORED_BYTES,
              WORKFLOWS_NO_EDITOR_METADATA,
              BATCH_MAX_JOBS,
              BATCH_MAX_BYTES,
              BATCH_MAX_UNPACKED,
              BATCH_TIMEOUT));

  static final SettingGroup INPUTS =
      new SettingGroup(
          "Limits of input files",
          "",
          List.of(
              INPUT_MAX_BYTES,
              INPUT_MAX_PIXELS,
              INPUT_MAX_FILES,
              INPUT_MAX_FETCHES,
              INPUT_MAX_FETCHES_PER_KEY));

  static final SettingGroup EVENTS =
      new SettingGroup(
          "Limits of event streams",
          "Explained in docs/events.md.",
          List.of(MAX_STREAMS, MAX_STREAMS_PER_KEY, MAX_PREVIEW, MAX_PREVIEWS));

  private LimitSettings() {}
}
