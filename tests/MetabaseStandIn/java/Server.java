import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What is answered over HTTP: health, the public properties, and questions that a test makes and lists. */
final class Server {
    private final Release release;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final long started = System.currentTimeMillis();
    private volatile double progress;
    private volatile Store store;
    private volatile boolean ill;

    Server(Release release, Settings settings) throws IOException {
        this.release = release;
        http = HttpServer.create(new InetSocketAddress(settings.get("MB_JETTY_HOST", "localhost"), Integer.parseInt(settings.get("MB_JETTY_PORT", "3000"))), 0);
        http.setExecutor(threads);
        http.createContext("/", this::answer);
    }

    void start() {
        http.start();
    }

    void stop() {
        http.stop(0);
        threads.shutdownNow();
    }

    void progress(double value) {
        progress = value;
    }

    void ready(Store opened, boolean unhealthy) {
        ill = unhealthy;
        store = opened;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try {
            route(exchange, exchange.getRequestURI().getPath());
        } catch (Stop failure) {
            send(exchange, 500, "text/plain", failure.getMessage());
        } finally {
            exchange.close();
        }
    }

    private void route(HttpExchange exchange, String path) throws IOException, Stop {
        if (path.equals("/api/health")) {
            health(exchange);
        } else if (!path.startsWith("/api/")) {
            send(exchange, 200, "text/html", "<html><title>Metabase</title></html>");
        } else if (store == null) {
            send(exchange, 503, "text/plain", "Metabase is still initializing. Please sit tight...");
        } else if (path.equals("/api/session/properties")) {
            send(exchange, 200, "application/json", "{\"engines\":{},\"startup-time-millis\":" + (System.currentTimeMillis() - started) + ",\"version\":{\"date\":\"" + release.date + "\",\"tag\":\"" + release.tag
                    + "\",\"hash\":\"" + release.hash + "\"},\"token-features\":{\"advanced_permissions\":" + release.enterprise + "}}");
        } else if (path.equals("/api/card")) {
            cards(exchange, store);
        } else {
            send(exchange, 404, "text/plain", "API endpoint does not exist.");
        }
    }

    private void health(HttpExchange exchange) throws IOException {
        Store opened = store;
        if (opened == null) {
            send(exchange, 503, "application/json", "{\"status\":\"initializing\",\"progress\":" + progress + "}");
            return;
        }

        try {
            if (ill) throw new IOException("as a test wants it");
            opened.ping();
            send(exchange, 200, "application/json", "{\"status\":\"ok\"}");
        } catch (IOException | Stop failure) {
            send(exchange, 503, "application/json", "{\"status\":\"Unable to get app-db connection\"}");
        }
    }

    private void cards(HttpExchange exchange, Store opened) throws IOException, Stop {
        if (exchange.getRequestMethod().equals("POST")) {
            String name = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            send(exchange, 200, "application/json", "{\"id\":" + opened.addCard(name) + "}");
            return;
        }

        StringBuilder text = new StringBuilder("[");
        for (List<String> card : opened.cards()) text.append(text.length() > 1 ? "," : "").append(card.get(0));
        send(exchange, 200, "application/json", text.append(']').toString());
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }
}
