"""城市预设: what the manuals of five cities set, each in a file, with the manual and chapter as its basis.

A preset is put in force when a city is founded, from the command line (`./upkeep found-city`) or on its policy page.
"""
