/** Something for which Metabase ends with exit code 1. */
final class Stop extends Exception {
    private static final long serialVersionUID = 1L;

    Stop(String message) {
        super(message);
    }

    /** Written as its real cause would be, by the class's name. */
    Stop(String type, String message) {
        super(type + ": " + message);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
