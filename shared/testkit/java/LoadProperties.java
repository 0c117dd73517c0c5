// Reads properties files from standard input, each behind its length, and answers with what Java made of them.
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Properties;

public class LoadProperties {
    /** Takes down each entry in the order of the file, repeated keys included. */
    private static final class Listing extends Properties {
        private final StringBuilder lines = new StringBuilder();

        @Override
        public synchronized Object put(Object key, Object value) {
            append((String) key);
            lines.append('=');
            append((String) value);
            lines.append(';');
            return super.put(key, value);
        }

        private void append(String text) {
            for (int i = 0; i < text.length(); i++) {
                lines.append(String.format("%04x", (int) text.charAt(i)));
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(System.in));
        PrintStream out = new PrintStream(System.out, false, "US-ASCII");
        while (true) {
            int length;
            try {
                length = in.readInt();
            } catch (EOFException end) {
                return;
            }
            byte[] file = new byte[length];
            in.readFully(file);
            Listing listing = new Listing();
            try {
                listing.load(new ByteArrayInputStream(file));
                out.println(listing.lines);
            } catch (IllegalArgumentException rejected) {
                out.println("rejected");
            }
            if (in.available() == 0) {
                out.flush();
            }
        }
    }
}
