import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

/** Writes lines as Metabase does. */
final class Log {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS");

    private Log() {
    }

    static synchronized void line(String level, String where, String text) {
        System.out.println(LocalDateTime.now().format(TIME) + " " + level + " " + where + " :: " + text);
    }

    /** A failed initialisation, with the trace of its cause. */
    static synchronized void failure(String text, Throwable cause) {
        line("ERROR", "metabase.core", text);
        for (String part : String.valueOf(cause).split("\n")) System.out.println(part);
        for (StackTraceElement element : cause.getStackTrace()) System.out.println("\tat " + element);
    }
}
