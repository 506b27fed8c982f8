// One connection for all tabs of one browser: HTTP/1.1 allows six to an origin, and each tab would take one.
import {Connection} from './lib/connection.js';

const ports = new Set();
let connection = null;
let query = null;
let who = null;

function tell(event) {
  for (const port of ports) {
    port.postMessage(event);
  }
  if (event.type === 'unauthorized') {
    connection = null;
  }
}

self.onconnect = ({ports: [port]}) => {
  port.onmessage = ({data}) => {
    if (data.type === 'leave') {
      ports.delete(port);
      if (ports.size === 0) {
        connection?.close();
        connection = null;
      }
      return;
    }
    if (who !== data.who) {
      // Somebody else has signed in: tabs of the one before must not see these events.
      for (const other of ports) {
        if (other !== port) {
          other.postMessage({type: 'unauthorized'});
        }
      }
      ports.clear();
    }
    ports.add(port);
    if (connection && (who !== data.who || query !== data.query)) {
      connection.close();
      connection = null;
    }
    who = data.who;
    if (connection) {
      for (const event of connection.snapshot()) {
        port.postMessage(event);
      }
    } else {
      query = data.query;
      connection = new Connection(query, tell);
      connection.open();
    }
  };
};
