from aiops.cli import main

main(prog_name="aiops")
