// Text that can be copied, in line or as a block.
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";

export function CopyText({ text, what }: { text: string; what: string }) {
  return (
    <CopyToClipboard
      variant="inline" textToCopy={text} copyButtonAriaLabel={`Copy ${what}`} copySuccessText="Copied"
      copyErrorText="Copying failed"
    />
  );
}

export function CodeBlock({ text, what }: { text: string; what: string }) {
  return (
    <div>
      <Box variant="code" display="block">
        <pre className="code" tabIndex={0} aria-label={what}>{text}</pre>
      </Box>
      <CopyToClipboard
        textToCopy={text} copyButtonText="Copy" copyButtonAriaLabel={`Copy ${what}`} copySuccessText="Copied"
        copyErrorText="Copying failed"
      />
    </div>
  );
}
