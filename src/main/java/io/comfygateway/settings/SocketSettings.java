package io.comfygateway.settings;

import java.time.Duration;
import java.util.List;

/** The settings of the WebSockets of ComfyUI's own API. */
public final class SocketSettings {
  public static final Setting<Integer> PER_KEY =
      Setting.of(
          "gateway.sockets.max-per-key",
          SettingTypes.count(1, 100_000),
          "100",
          "How many WebSockets a key may have open at a time.");
  public static final Setting<Integer> MOST =
      Setting.of(
          "gateway.sockets.max",
          SettingTypes.count(1, 1_000_000),
          "1000",
          "How many WebSockets may be open at a time; each also counts as a connection"
              + " (gateway.http.max-connections).");
  public static final Setting<Integer> PENDING =
      Setting.of(
          "gateway.sockets.max-pending-bytes",
          SettingTypes.memory(65_536, 1_073_741_824),
          "4194304",
          "How much may be unread by the client of a WebSocket, the operating system's buffers aside. Of what is more, progress"
              + " and previews are left out; then the WebSocket is closed.");
  public static final Setting<Integer> PENDING_IN_ALL =
      Setting.of(
          "gateway.sockets.max-pending-bytes-in-all",
          SettingTypes.memory(65_536, 1_073_741_824),
          "67108864",
          "How much may be unread by the clients of all WebSockets together; no frame may be larger. A client that reads slowly"
              + " and finds no room left misses progress and previews, then its WebSocket is closed.");
  public static final Setting<Duration> PING =
      Setting.of(
          "gateway.sockets.ping-seconds",
          SettingTypes.seconds(1, 3_600),
          "30",
          "How often a WebSocket is pinged. It is closed if the last ping was not answered, or if its"
              + " key has ended.");
  public static final Setting<Duration> STATUS =
      Setting.of(
          "gateway.sockets.status-seconds",
          SettingTypes.seconds(1, 60),
          "5",
          "How often a client with unfinished prompts is sent how many there are; some clients give up"
              + " after 10 s without a message.");

  public static final Setting<Integer> HELD =
      Setting.of(
          "gateway.sockets.max-held-bytes",
          SettingTypes.memory(65_536, 1_073_741_824),
          "16777216",
          "How much of a client's prompts is held back until those before them have ended. Of what is"
              + " more, previews are left out, then other frames of the prompt. A client that reads slowly"
              + " may have as much more waiting.");
  public static final Setting<Integer> HELD_IN_ALL =
      Setting.of(
          "gateway.sockets.max-held-bytes-in-all",
          SettingTypes.memory(65_536, 1_073_741_824),
          "67108864",
          "How much is held back of the prompts of all clients together.");
  public static final Setting<Duration> TURN =
      Setting.of(
          "gateway.sockets.turn-seconds",
          SettingTypes.seconds(1, 86_400),
          "120",
          "How long a prompt that does not run, because its server is away, say, holds back the messages"
              + " of later prompts of the same client.");

  public static final Setting<List<String>> NO_PREVIEWS =
      Setting.of(
          "gateway.sockets.no-previews",
          SettingTypes.list("comma-separated names of keys, * for any characters"),
          "",
          "The keys whose WebSockets get no previews, for clients that take every picture for a result,"
              + " such as comfy_api_simplified; keys created with --no-previews get none either. Results are sent nevertheless.");

  static final SettingGroup GROUP =
      new SettingGroup(
          "WebSockets of ComfyUI's own API",
          "Explained in docs/clients.md.",
          List.of(
              PER_KEY,
              MOST,
              PENDING,
              PENDING_IN_ALL,
              PING,
              STATUS,
              HELD,
              HELD_IN_ALL,
              TURN,
              NO_PREVIEWS));

  private SocketSettings() {}
}
